"""Create a cart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rules import NewItem
from commerce.cart.service import CartHead, insert_address, insert_cart
from commerce.customer.service import find_or_create_guest
from kit.db import one
from kit.errors import invalid_data
from operations.add_line_items import add_to
from operations.find_channel import require_open_channel
from operations.find_region import RegionRow, find_region
from operations.load_cart import load_cart
from operations.load_promotions import Codes
from operations.load_variants import load_variants
from operations.outside import NOTHING_TOLD, Told
from operations.refresh_cart import refresh_cart


@dataclass(frozen=True, slots=True)
class NewCart:
    """What a shopper gives to start with; the sales channel is decided by the key."""

    sales_channel_id: str
    rounding: str
    region_id: str | None = None
    currency_code: str | None = None
    email: str | None = None
    customer_id: str | None = None
    locale: str | None = None
    metadata: Mapping[str, Any] | None = None
    shipping_address: Mapping[str, Any] | None = None
    billing_address: Mapping[str, Any] | None = None
    items: tuple[NewItem, ...] = ()
    promo_codes: tuple[str, ...] = ()


async def create_cart(session: AsyncSession, given: NewCart, told: Told = NOTHING_TOLD) -> str:
    """Create a cart with its lines and addresses and return its id (contract section 11).

    Errors: not_found for the region, invalid_data (currency, country, disabled channel, variants), not_allowed
    `insufficient_inventory`.
    """
    region = await find_region(session, given.region_id)
    _check(region, given)
    await require_open_channel(session, given.sales_channel_id)
    customer_id, email = await _buyer(session, given)
    shipping = given.shipping_address or _country_alone(region)
    head = CartHead(
        region_id=region.id,
        currency_code=region.currency_code,
        sales_channel_id=given.sales_channel_id,
        customer_id=customer_id,
        email=email,
        locale=given.locale,
        metadata=given.metadata,
        rounding=given.rounding,
        shipping_address_id=await insert_address(session, shipping) if shipping else None,
        billing_address_id=await insert_address(session, given.billing_address) if given.billing_address else None,
    )
    cart_id = await insert_cart(session, head)
    loaded = await load_cart(session, cart_id, told)
    variants = await load_variants(session, [i.variant_id for i in given.items], head.sales_channel_id)
    changed, touched = add_to(loaded.state, given.items, variants)
    await refresh_cart(
        session, loaded, changed, reprice=touched, codes=Codes(given.promo_codes), events=("cart.created",)
    )
    return cart_id


def _check(region: RegionRow, given: NewCart) -> None:
    if given.currency_code and given.currency_code != region.currency_code:
        raise invalid_data(
            f"Currency code {given.currency_code} does not match the region's currency code {region.currency_code}"
        )
    region.require((given.shipping_address or {}).get("country_code"))


def _country_alone(region: RegionRow) -> Mapping[str, Any] | None:
    country = region.only_country()
    return {"country_code": country} if country else None


async def _buyer(session: AsyncSession, given: NewCart) -> tuple[str | None, str | None]:
    """Return customer id and email: the logged-in customer's, or those of a guest with that email."""
    if given.customer_id is not None:
        row = await one(session, "SELECT email FROM customer WHERE id = $1 AND deleted_at IS NULL", given.customer_id)
        return given.customer_id, given.email or (row.email if row else None)
    if given.email is None:
        return None, None
    return await find_or_create_guest(session, given.email), given.email
