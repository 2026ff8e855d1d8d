"""Create a shipping option with its prices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment import options
from commerce.fulfillment.models import ShippingOption, ShippingOptionPriceSet
from commerce.fulfillment.options import NewShippingOption
from commerce.pricing.price_sets import replace_prices
from commerce.pricing.service import create_price_sets
from kit.db import save
from operations.require_shipping_provider import require_shipping_provider
from operations.shipping_prices import ShippingPrice, price_changes


async def create_shipping_option(
    session: AsyncSession, option: NewShippingOption, prices: Sequence[ShippingPrice] = ()
) -> ShippingOption:
    """Create the option.

    Errors: `not_allowed` for a provider that the zone's location does not work with, `not_found` for an unknown region,
    and as commerce.fulfillment.options.create_shipping_option.
    """
    await require_shipping_provider(session, option.service_zone_id, option.provider_id)
    row = await options.create_shipping_option(session, option)
    (price_set_id,) = await create_price_sets(session, [[]])
    await save(session, ShippingOptionPriceSet(shipping_option_id=row.id, price_set_id=price_set_id))
    await replace_prices(session, price_set_id, await price_changes(session, prices))
    return row
