"""Say which products a sales channel offers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.channels import change_products_of_channel
from commerce.sales_channel.models import SalesChannel
from kit.rows import keep


async def link_products(
    session: AsyncSession, channel_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> str:
    """Link products with the channel and return its id. Errors: `not_found` for the channel or a product to add."""
    await keep(session, SalesChannel, channel_id)
    await change_products_of_channel(session, channel_id, add=add, remove=remove)
    return channel_id
