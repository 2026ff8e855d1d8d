"""The sales channel that a cart is sold through."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import one
from kit.errors import invalid_data


async def require_open_channel(session: AsyncSession, sales_channel_id: str) -> None:
    """Refuse a channel that is disabled or not there (contract section 11)."""
    row = await one(
        session, "SELECT name, is_disabled FROM sales_channel WHERE id = $1 AND deleted_at IS NULL", sales_channel_id
    )
    if row is None or row.is_disabled:
        raise invalid_data(f"Unable to assign cart to disabled Sales Channel: {row.name if row else sales_channel_id}")
