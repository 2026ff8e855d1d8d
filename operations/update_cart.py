"""Change a cart's email, addresses, region, metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from operations.find_channel import require_open_channel
from operations.find_region import RegionRow, region_of
from operations.load_cart import LoadedCart, load_cart
from operations.load_promotions import SAME_CODES, Codes
from operations.lock_cart import LockedCart, lock_cart
from operations.outside import NOTHING_TOLD, Told
from operations.price_cart import untaxed
from operations.refresh_cart import refresh_cart
from operations.write_head import HeadChange, NewAddress, change_head
from queries.price_attributes import ADDRESS_KEYS

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
    channel_id = changes.given.get("sales_channel_id")
    cart = await lock_cart(session, cart_id, region_id=changes.given.get("region_id"), channel_id=channel_id)
    region = region_of(cart.region)
    region.require((changes.address("shipping") or {}).get("country_code"))
    if channel_id:
        require_open_channel(cart.channel, channel_id)
    head = _head(cart, region, changes)
    await change_head(session, cart_id, head)
    codes = Codes(replace=tuple(changes.given["promo_codes"])) if changes.has("promo_codes") else SAME_CODES
    loaded = await load_cart(session, cart_id, told, codes)
    moved = region.id != cart.region_id
    elsewhere = moved or _elsewhere(cart, head.columns, changes)
    reprice = elsewhere or ("locale" in head.columns and head.columns["locale"] != cart.locale)
    await _refresh(session, loaded, moved=moved, elsewhere=elsewhere, reprice=reprice)
    return cart_id


def _head(cart: LockedCart, region: RegionRow, changes: CartChanges) -> HeadChange:
    """Return what changes of the cart's own row, its addresses and its guest."""
    columns = {name: changes.given[name] for name in ("locale", "sales_channel_id", "email") if changes.has(name)}
    addresses: list[NewAddress] = []
    edits: dict[str, Mapping[str, Any]] = {}
    for kind, current in (("shipping", cart.shipping_address_id), ("billing", cart.billing_address_id)):
        given, column = changes.address(kind), f"{kind}_address_id"
        if given is not None and current is not None and given.get("id") == current:
            edits[current] = {**edits.get(current, {}), **given}
        elif given is not None:
            addresses.append(NewAddress(given))
            columns[column] = addresses[-1].id
        elif changes.has(f"{kind}_address"):
            columns[column] = None
    if region.id != cart.region_id:
        columns |= {"region_id": region.id, "currency_code": region.currency_code}
        country = region.only_country()
        if not changes.has("shipping_address"):
            addresses += [NewAddress({"country_code": country})] if country else []
            columns["shipping_address_id"] = addresses[-1].id if country else None
    guest = None if cart.account_id else columns.get("email")  # a customer with an account stays the cart's
    return HeadChange(columns, addresses, edits, changes.given.get("metadata") or {}, guest)


async def _refresh(session: AsyncSession, loaded: LoadedCart, *, moved: bool, elsewhere: bool, reprice: bool) -> None:
    """Save the cart, all of it at today's prices where `reprice` says so (contract section 8, the last paragraph)."""
    state = loaded.state
    if moved:
        state = replace(state, lines=tuple(line for line in state.lines if not line.is_custom_price))
    if elsewhere and not state.automatic_taxes:
        state = untaxed(state)  # what was asked for was asked for another place
    everything = frozenset(line.id for line in state.lines) if reprice else frozenset[str]()
    events = ("cart.region_updated", "cart.updated") if moved else ("cart.updated",)
    await refresh_cart(session, loaded, state, reprice=everything, events=events)


def _elsewhere(cart: LockedCart, head: Mapping[str, str | None], changes: CartChanges) -> bool:
    """Tell whether the cart is shipped to another place than before, as far as taxes care."""
    if "shipping_address_id" in head:
        return head["shipping_address_id"] != cart.shipping_address_id
    return not PLACE.isdisjoint(changes.address("shipping") or ())
