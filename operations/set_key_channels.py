"""Say which sales channels a publishable key opens."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.api_key.service import change_channels
from commerce.sales_channel.service import require_channels


async def set_key_channels(session: AsyncSession, key_id: str, *, add: Sequence[str], remove: Sequence[str]) -> str:
    """Add and remove channels, and return the key's id; errors as `require_channels` and `change_channels`."""
    await require_channels(session, add)
    return await change_channels(session, key_id, add=add, remove=remove)
