"""Change the prices of a price list: those of variants in one batch, those of whole products away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.price_lists import PriceChange, change_prices, remove_prices
from commerce.pricing.service import NewPrice, NewPriceRule
from kit.rows import Batch
from operations.find_price_sets import price_sets_of_products, price_sets_of_variants


@dataclass(frozen=True)
class VariantPriceChange:
    """What changes of the price `id`, which is then the variant's; `rules` None leaves them."""

    id: str
    variant_id: str
    given: dict[str, Any] = field(default_factory=dict)
    rules: Sequence[NewPriceRule] | None = None


async def change_price_list_prices(
    session: AsyncSession,
    price_list_id: str,
    *,
    create: Sequence[tuple[str, NewPrice]] = (),
    update: Sequence[VariantPriceChange] = (),
    delete: Sequence[str] = (),
) -> Batch:
    """Add prices of variants to a list, change and delete others of it.

    Errors: `not_found` for the list or a price that is not of it; `invalid_data` for a variant without a price set, an
    empty tier.
    """
    variant_ids = [*(variant_id for variant_id, _ in create), *(each.variant_id for each in update)]
    price_sets = await price_sets_of_variants(session, variant_ids)
    return await change_prices(
        session,
        price_list_id,
        create=[(price_sets[variant_id], price) for variant_id, price in create],
        update=[PriceChange(each.id, price_sets[each.variant_id], each.given, each.rules) for each in update],
        delete=delete,
    )


async def remove_price_list_products(session: AsyncSession, price_list_id: str, product_ids: Sequence[str]) -> str:
    """Soft-delete what a list has for the products' variants. Errors: `not_found` for the list."""
    return await remove_prices(session, price_list_id, await price_sets_of_products(session, product_ids))
