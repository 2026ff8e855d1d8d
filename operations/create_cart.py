"""Create a cart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rules import NewItem
from commerce.customer.addresses import kept_address
from kit.db import run
from kit.errors import invalid_data
from operations.add_line_items import save_with
from operations.find_channel import CHANNEL, require_open_channel
from operations.find_region import REGION, RegionRow, region_of
from operations.load_cart import load_cart
from operations.load_promotions import Codes
from operations.outside import NOTHING_TOLD, Told
from operations.write_head import CartHead, NewAddress, insert_head


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
    shipping_address: Mapping[str, Any] | str | None = None
    billing_address: Mapping[str, Any] | str | None = None
    items: tuple[NewItem, ...] = ()
    promo_codes: tuple[str, ...] = ()


async def create_cart(session: AsyncSession, given: NewCart, told: Told = NOTHING_TOLD) -> str:
    """Create a cart with its lines and addresses and return its id (contract section 11).

    Errors: not_found for the region and for the id of an address that the customer does not keep, invalid_data
    (currency, country, disabled channel, variants), not_allowed `insufficient_inventory`.
    """
    (row,) = await run(session, _FACTS, given.region_id, given.sales_channel_id, given.customer_id)
    region_text, channel_text, own_email = tuple(row)
    region = region_of(region_text)
    shipping = await _address(session, given, given.shipping_address) or _country_alone(region)
    billing = await _address(session, given, given.billing_address)
    _check(region, given, shipping)
    require_open_channel(channel_text, given.sales_channel_id)
    head, addresses = _head(region, given, own_email, shipping, billing)
    guest = given.email if given.customer_id is None else None
    cart_id = await insert_head(session, head, addresses, guest)
    loaded = await load_cart(session, cart_id, told, Codes(given.promo_codes))
    await save_with(session, loaded, given.items, events=("cart.created",))
    return cart_id


async def _address(
    session: AsyncSession, given: NewCart, address: Mapping[str, Any] | str | None
) -> Mapping[str, Any] | None:
    """Return an address, for an id the one that the customer keeps: nobody else's can be read by guessing."""
    return await kept_address(session, given.customer_id, address) if isinstance(address, str) else address


def _head(
    region: RegionRow,
    given: NewCart,
    own_email: str | None,
    shipping: Mapping[str, Any] | None,
    billing: Mapping[str, Any] | None,
) -> tuple[CartHead, list[NewAddress]]:
    """Return the cart's row and its addresses; a customer's own email stands in for one that is not given."""
    of_shipping = NewAddress(shipping) if shipping else None
    of_billing = NewAddress(billing) if billing else None
    head = CartHead(
        region_id=region.id,
        currency_code=region.currency_code,
        sales_channel_id=given.sales_channel_id,
        customer_id=given.customer_id,
        email=given.email or own_email,
        locale=given.locale,
        metadata=given.metadata,
        rounding=given.rounding,
        shipping_address_id=of_shipping.id if of_shipping else None,
        billing_address_id=of_billing.id if of_billing else None,
    )
    return head, [address for address in (of_shipping, of_billing) if address is not None]


def _check(region: RegionRow, given: NewCart, shipping: Mapping[str, Any] | None) -> None:
    if given.currency_code and given.currency_code != region.currency_code:
        raise invalid_data(
            f"Currency code {given.currency_code} does not match the region's currency code {region.currency_code}"
        )
    region.require((shipping or {}).get("country_code"))


def _country_alone(region: RegionRow) -> Mapping[str, Any] | None:
    country = region.only_country()
    return {"country_code": country} if country else None


_FACTS: Final = f"""
SELECT ({REGION.format(region_id="$1")}) AS region, ({CHANNEL.format(channel_id="$2")}) AS channel,
  (SELECT email FROM customer WHERE id = $3 AND deleted_at IS NULL) AS email
"""
