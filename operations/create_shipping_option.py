"""Create a shipping option with its prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment import service as fulfillment
from commerce.fulfillment.models import ServiceZone, ShippingOption, ShippingOptionPriceSet
from commerce.fulfillment.service import NewShippingOption
from commerce.pricing.service import NewPrice, NewPriceRule, create_price_sets
from commerce.region.models import Region
from commerce.stock_location.models import LocationFulfillmentProvider, LocationFulfillmentSet
from kit.db import save
from kit.errors import invalid_data, not_allowed


@dataclass(frozen=True)
class ShippingPrice:
    """A price of an option: for a currency, or for a region in its currency."""

    amount: Decimal
    currency_code: str | None = None
    region_id: str | None = None
    rules: Sequence[NewPriceRule] = ()


async def create_shipping_option(
    session: AsyncSession, option: NewShippingOption, prices: Sequence[ShippingPrice]
) -> ShippingOption:
    """Create the option. Errors: `not_allowed` for a provider that the zone's location does not work with."""
    await _check_provider(session, option)
    row = await fulfillment.create_shipping_option(session, option)
    (price_set_id,) = await create_price_sets(session, [[await _price(session, price) for price in prices]])
    await save(session, ShippingOptionPriceSet(shipping_option_id=row.id, price_set_id=price_set_id))
    return row


async def _check_provider(session: AsyncSession, option: NewShippingOption) -> None:
    enabled = (
        select(LocationFulfillmentProvider.fulfillment_provider_id)
        .join(
            LocationFulfillmentSet,
            LocationFulfillmentSet.stock_location_id == LocationFulfillmentProvider.stock_location_id,
        )
        .join(ServiceZone, ServiceZone.fulfillment_set_id == LocationFulfillmentSet.fulfillment_set_id)
        .where(ServiceZone.id == option.service_zone_id)
    )
    if option.provider_id not in set(await session.scalars(enabled)):
        raise not_allowed(f"Providers ({option.provider_id}) are not enabled for the service location")


async def _price(session: AsyncSession, price: ShippingPrice) -> NewPrice:
    """Turn a region's price into one of its currency with a rule, which is how price selection knows it."""
    if price.region_id is None:
        if price.currency_code is None:
            raise invalid_data("A price needs a currency_code or a region_id")
        return NewPrice(price.amount, price.currency_code, rules=price.rules)
    region = await session.get(Region, price.region_id)
    if region is None:
        raise invalid_data(f"Region with id: {price.region_id} was not found")
    return NewPrice(
        price.amount, region.currency_code, rules=[*price.rules, NewPriceRule("region_id", price.region_id)]
    )
