"""Which sales channels offer which products."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.models import Product, ProductSalesChannel
from kit.rows import keep


async def change_products_of_channel(
    session: AsyncSession, channel_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> None:
    """Offer products in a channel, or no more; again is no error. Errors: `not_found` for a product to add."""
    wanted = sorted(set(add))
    await keep(session, Product, *wanted)
    links = ProductSalesChannel
    if remove:
        gone = delete(links).where(links.sales_channel_id == channel_id, links.product_id.in_(remove))
        await session.execute(gone)
    if wanted:
        rows = [{"product_id": one, "sales_channel_id": channel_id} for one in wanted]
        await session.execute(insert(links).on_conflict_do_nothing(), rows)
