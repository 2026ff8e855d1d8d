"""Find the price sets of variants, which belong to another module."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.models import ProductVariant, ProductVariantPriceSet
from kit.errors import invalid_data


async def price_sets_of_variants(session: AsyncSession, variant_ids: Iterable[str]) -> dict[str, str]:
    """Return variant id -> price set id. Errors: `invalid_data` names the variants that have none, or are not there."""
    wanted = list(dict.fromkeys(variant_ids))
    if not wanted:
        return {}
    linked = (
        select(ProductVariantPriceSet.variant_id, ProductVariantPriceSet.price_set_id)
        .join(ProductVariant, ProductVariant.id == ProductVariantPriceSet.variant_id)
        .where(ProductVariantPriceSet.variant_id.in_(wanted), ProductVariant.deleted_at.is_(None))
    )
    found = {row.variant_id: row.price_set_id for row in await session.execute(linked)}
    missing = [id_ for id_ in wanted if id_ not in found]
    if missing:
        raise invalid_data(f"No price set exist for variants: {', '.join(missing)}")
    return found


async def price_sets_of_products(session: AsyncSession, product_ids: Iterable[str]) -> list[str]:
    """Return the price sets of all variants of the products."""
    linked = (
        select(ProductVariantPriceSet.price_set_id)
        .join(ProductVariant, ProductVariant.id == ProductVariantPriceSet.variant_id)
        .where(ProductVariant.product_id.in_(list(product_ids)))
    )
    return list(await session.scalars(linked))
