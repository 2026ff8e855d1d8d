"""The prices of a shipping option, as its admin names them: for a currency, or for a region in its currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.price_sets import PriceChange
from commerce.pricing.service import NewPriceRule
from commerce.region.models import Region
from kit.errors import not_found


@dataclass(frozen=True)
class ShippingPrice:
    """A price; with an `id` the one that is there, of which what is None stays."""

    amount: Decimal | None = None
    currency_code: str | None = None
    region_id: str | None = None
    rules: Sequence[NewPriceRule] | None = None
    id: str | None = None


async def price_changes(session: AsyncSession, prices: Sequence[ShippingPrice]) -> list[PriceChange]:
    """Turn each region's price into one of its currency with a rule, which is how price selection knows it.

    Errors: `not_found` for an unknown region.
    """
    wanted = {price.region_id for price in prices if price.region_id is not None}
    found = select(Region.id, Region.currency_code).where(Region.id.in_(wanted), Region.deleted_at.is_(None))
    currencies = {row.id: row.currency_code for row in await session.execute(found)} if wanted else {}
    if missing := sorted(wanted - currencies.keys()):
        raise not_found(f"Region with id: {missing[0]} was not found")
    return [_change(price, currencies) for price in prices]


def _change(price: ShippingPrice, currencies: dict[str, str]) -> PriceChange:
    currency_code, rules = price.currency_code, price.rules
    if price.region_id is not None:
        currency_code = currencies[price.region_id]
        rules = [*(price.rules or ()), NewPriceRule("region_id", price.region_id)]
    columns = {"amount": price.amount, "currency_code": currency_code}
    return PriceChange(price.id, {name: value for name, value in columns.items() if value is not None}, rules)
