"""Change a cart's email, addresses, region, metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.service import (
    current_address_id,
    insert_address,
    merge_metadata,
    update_address,
    update_head,
)
from commerce.customer.service import find_or_create_guest
from kit.db import one
from operations.find_channel import require_open_channel
from operations.find_region import RegionRow, find_region
from operations.load_cart import LoadedCart, load_cart
from operations.load_promotions import SAME_CODES, Codes
from operations.lock_cart import LockedCart, lock_cart
from operations.outside import NOTHING_TOLD, Told
from operations.price_cart import untaxed
from operations.refresh_cart import refresh_cart
from queries.price_attributes import ADDRESS_KEYS

KINDS: Final = ("shipping", "billing")
PLACE: Final = frozenset(ADDRESS_KEYS)


@dataclass(frozen=True, slots=True)
class CartChanges:
    """What a request names; `given` holds only the keys that were sent, so that null and absent stay apart."""

    given: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Tell whether the request named the key."""
        return name in self.given

    def address(self, kind: str) -> Mapping[str, Any] | None:
        """Return the `shipping` or `billing` address of the request."""
        found: Mapping[str, Any] | None = self.given.get(f"{kind}_address")
        return found


async def update_cart(session: AsyncSession, cart_id: str, changes: CartChanges, told: Told = NOTHING_TOLD) -> str:
    """Apply the changes, then price, tax and total the cart (contract section 11).

    Errors: not_found, invalid_data for a country outside the region, a disabled channel or what has no price there,
    conflict while a checkout is running.
    """
    cart = await lock_cart(session, cart_id)
    region = await find_region(session, changes.given.get("region_id") or cart.region_id)
    moved = region.id != cart.region_id
    region.require((changes.address("shipping") or {}).get("country_code"))
    head: dict[str, str | None] = {}
    if changes.has("email"):
        head |= await _email(session, cart_id, changes.given["email"])
    head |= {name: changes.given[name] for name in ("locale", "sales_channel_id") if changes.has(name)}
    if head.get("sales_channel_id"):
        await require_open_channel(session, str(head["sales_channel_id"]))
    for kind in KINDS:
        if changes.has(f"{kind}_address"):
            head |= await _address(session, cart_id, kind, changes.address(kind))
    if moved:
        head |= {"region_id": region.id, "currency_code": region.currency_code}
        head |= await _address_after_move(session, region, changes)
    await update_head(session, cart_id, head)
    if changes.given.get("metadata"):
        await merge_metadata(session, cart_id, changes.given["metadata"])
    codes = Codes(replace=tuple(changes.given["promo_codes"])) if changes.has("promo_codes") else SAME_CODES
    elsewhere = moved or _elsewhere(cart, head, changes)
    reprice = elsewhere or ("locale" in head and head["locale"] != cart.locale)
    loaded = await load_cart(session, cart_id, told)
    await _refresh(session, loaded, codes, moved=moved, elsewhere=elsewhere, reprice=reprice)
    return cart_id


async def _refresh(
    session: AsyncSession, loaded: LoadedCart, codes: Codes, *, moved: bool, elsewhere: bool, reprice: bool
) -> None:
    """Save the cart, all of it at today's prices where `reprice` says so (contract section 8, the last paragraph)."""
    state = loaded.state
    if moved:
        state = replace(state, lines=tuple(line for line in state.lines if not line.is_custom_price))
    if elsewhere and not state.automatic_taxes:
        state = untaxed(state)  # what was asked for was asked for another place
    everything = frozenset(line.id for line in state.lines) if reprice else frozenset[str]()
    events = ("cart.region_updated", "cart.updated") if moved else ("cart.updated",)
    await refresh_cart(session, loaded, state, reprice=everything, codes=codes, events=events)


def _elsewhere(cart: LockedCart, head: Mapping[str, str | None], changes: CartChanges) -> bool:
    """Tell whether the cart is shipped to another place than before, as far as taxes care."""
    if "shipping_address_id" in head:
        return head["shipping_address_id"] != cart.shipping_address_id
    return not PLACE.isdisjoint(changes.address("shipping") or ())


async def _email(session: AsyncSession, cart_id: str, email: str | None) -> dict[str, str | None]:
    """Return the columns of a new contact email; a registered customer stays the cart's customer."""
    row = await one(
        session,
        "SELECT cu.has_account FROM cart c JOIN customer cu ON cu.id = c.customer_id WHERE c.id = $1",
        cart_id,
    )
    if email is None or (row is not None and row.has_account):
        return {"email": email}
    return {"email": email, "customer_id": await find_or_create_guest(session, email)}


async def _address(
    session: AsyncSession, cart_id: str, kind: str, address: Mapping[str, Any] | None
) -> dict[str, str | None]:
    """Return the column of the new address; one with the current id is changed in place instead."""
    column = f"{kind}_address_id"
    if address is None:
        return {column: None}
    if address.get("id") and address["id"] == await current_address_id(session, cart_id, kind):
        await update_address(session, address["id"], address)
        return {}
    return {column: await insert_address(session, address)}


async def _address_after_move(session: AsyncSession, region: RegionRow, changes: CartChanges) -> dict[str, str | None]:
    if changes.has("shipping_address"):
        return {}
    country = region.only_country()
    return {"shipping_address_id": await insert_address(session, {"country_code": country}) if country else None}
