"""Delete a sales channel, with what leads to it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.api_key.models import ApiKeySalesChannel
from commerce.product.models import ProductSalesChannel
from commerce.sales_channel import service as sales_channels
from commerce.stock_location.models import SalesChannelStockLocation
from commerce.store.models import Store
from kit.errors import invalid_data

LINKS: Final = (ProductSalesChannel, SalesChannelStockLocation, ApiKeySalesChannel)


async def delete_sales_channel(session: AsyncSession, channel_id: str) -> str:
    """Soft-delete a channel and return its id; products, locations and keys lead to it no more.

    Errors: `invalid_data` for a store's default channel.
    """
    # First the channel: a store that is making it its default holds it, and is waited for.
    is_gone = await sales_channels.delete_sales_channel(session, channel_id)
    is_default = select(Store.id).where(Store.default_sales_channel_id == channel_id, Store.deleted_at.is_(None))
    if await session.scalar(is_default.limit(1)) is not None:
        raise invalid_data(f"Cannot delete default sales channels: {channel_id}")
    if is_gone:
        for links in LINKS:
            await session.execute(delete(links).where(links.sales_channel_id == channel_id))
    return channel_id
