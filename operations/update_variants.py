"""Change variants: what they are, their option values, their prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.price_sets import PriceChange, set_prices
from commerce.pricing.service import create_price_sets
from commerce.product import variants
from commerce.product.models import ProductVariant
from kit.db import run
from kit.outbox import tell


async def update_variant(session: AsyncSession, product_id: str, variant_id: str, given: Mapping[str, Any]) -> str:
    """Change one variant and return its product's id. Errors: as `update_variants`."""
    await update_variants(session, product_id, {variant_id: given})
    return product_id


async def update_variants(session: AsyncSession, product_id: str, given: Mapping[str, Mapping[str, Any]]) -> None:
    """Change what is given of a product's variants, by id; `prices`, PriceChange each, are all plain prices they have.

    Errors: `not_found` for a variant of another product, and what `change_variants` refuses.
    """
    rows = await variants.lock_variants(session, product_id, list(given))
    await change_variants(session, rows, given)


async def change_variants(
    session: AsyncSession, rows: Mapping[str, ProductVariant], given: Mapping[str, Mapping[str, Any]]
) -> None:
    """Change locked variants of locked products, by the same number of statements whatever their number.

    A refusal knows which of `given` it is about. Errors: as commerce.product.variants.update_variants and
    commerce.pricing.price_sets.set_prices.
    """
    if not given:
        return
    columns = {id_: {n: v for n, v in each.items() if n != "prices"} for id_, each in given.items()}
    await variants.update_variants(session, rows, columns)
    await _set_prices(session, {id_: each["prices"] for id_, each in given.items() if "prices" in each})
    await tell(session, "product-variant.updated", *given)


async def _set_prices(session: AsyncSession, wanted: Mapping[str, Sequence[PriceChange]]) -> None:
    """Set the prices of variants, by id; one without a price set gets it."""
    if not wanted:
        return
    rows = await run(session, _PRICE_SETS, list(wanted))
    price_sets = {row.variant_id: row.price_set_id for row in rows}
    bare = [id_ for id_ in wanted if id_ not in price_sets]
    made = dict(zip(bare, await create_price_sets(session, [[] for _ in bare]), strict=True))
    await variants.link_variants(session, made, [])
    price_sets |= made
    await set_prices(session, {price_sets[id_]: prices for id_, prices in wanted.items()}, list(wanted))


_PRICE_SETS = """
SELECT variant_id, price_set_id FROM product_variant_price_set WHERE variant_id = ANY($1::text[])
"""
