"""Create a price list with prices of variants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing import price_lists
from commerce.pricing.models import PriceList
from commerce.pricing.service import NewPrice, add_prices
from operations.find_price_sets import price_sets_of_variants


async def create_price_list(
    session: AsyncSession,
    *,
    prices: Sequence[tuple[str, NewPrice]] = (),
    **columns: Any,  # noqa: ANN401 - the list's own
) -> PriceList:
    """Create the list, `columns` being those of commerce.pricing.price_lists; `prices` name a variant each.

    Errors: `invalid_data` for a variant without a price set.
    """
    price_sets = await price_sets_of_variants(session, [variant_id for variant_id, _ in prices])
    row = await price_lists.create_price_list(session, **columns)
    await add_prices(session, [(price_sets[variant_id], price) for variant_id, price in prices], row.id)
    return row
