"""Create a price list with prices of variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing import service as pricing
from commerce.pricing.models import PriceList, PriceListStatus, PriceListType
from commerce.pricing.service import NewPrice, add_prices
from commerce.product.models import ProductVariantPriceSet
from kit.errors import invalid_data


async def create_price_list(
    session: AsyncSession,
    *,
    title: str,
    description: str,
    prices: Sequence[tuple[str, NewPrice]],
    type_: PriceListType = PriceListType.SALE,
    status: PriceListStatus = PriceListStatus.DRAFT,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    rules: Mapping[str, Sequence[str]] | None = None,
) -> PriceList:
    """Create the list; `prices` name a variant each. Errors: `invalid_data` for a variant without a price set."""
    row = await pricing.create_price_list(
        session,
        title=title,
        description=description,
        type_=type_,
        status=status,
        starts_at=starts_at,
        ends_at=ends_at,
        rules=rules,
    )
    price_sets = await _price_sets(session, {variant_id for variant_id, _ in prices})
    await add_prices(session, [(price_sets[variant_id], price) for variant_id, price in prices], row.id)
    return row


async def _price_sets(session: AsyncSession, variant_ids: set[str]) -> dict[str, str]:
    found = await session.execute(
        select(ProductVariantPriceSet.variant_id, ProductVariantPriceSet.price_set_id).where(
            ProductVariantPriceSet.variant_id.in_(variant_ids)
        )
    )
    price_sets = {row.variant_id: row.price_set_id for row in found}
    missing = variant_ids - price_sets.keys()
    if missing:
        raise invalid_data(f"Variants with ids: {', '.join(sorted(missing))} have no price set")
    return price_sets
