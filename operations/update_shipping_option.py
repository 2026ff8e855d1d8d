"""Change a shipping option, with its prices and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment import options
from commerce.fulfillment.models import ShippingOption, ShippingOptionPriceSet
from commerce.fulfillment.options import NewOptionType, OptionRule
from commerce.pricing.price_sets import replace_prices
from kit.rows import locked
from operations.require_shipping_provider import require_shipping_provider
from operations.shipping_prices import ShippingPrice, price_changes


async def update_shipping_option(
    session: AsyncSession,
    option_id: str,
    given: Mapping[str, Any],
    *,
    type_id: str | None = None,
    type_: NewOptionType | None = None,
    rules: Sequence[OptionRule] | None = None,
    prices: Sequence[ShippingPrice] | None = None,
) -> str:
    """Change what is given, and with `rules` or `prices` make those the only ones; return the id.

    Errors: `not_found` for option, region or price, `not_allowed` for a provider that the zone's location does not
    work with, and as commerce.fulfillment.options.update_shipping_option.
    """
    option = await locked(session, ShippingOption, option_id)
    if "provider_id" in given:
        await require_shipping_provider(session, option.service_zone_id, given["provider_id"])
    await options.update_shipping_option(session, option, given, type_id=type_id, type_=type_, rules=rules)
    if prices is not None:
        links = ShippingOptionPriceSet
        price_set_id = select(links.price_set_id).where(links.shipping_option_id == option_id)
        changes = await price_changes(session, prices)
        await replace_prices(session, (await session.scalars(price_set_id)).one(), changes)
    return option_id
