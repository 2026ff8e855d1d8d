"""Writes of the sales channel module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.sales_channel.models import SalesChannel
from kit.db import save
from kit.ids import new_id


async def create_sales_channel(
    session: AsyncSession, name: str, description: str | None = None, *, metadata: Mapping[str, Any] | None = None
) -> SalesChannel:
    """Create an enabled sales channel."""
    channel = SalesChannel(id=new_id("sc"), name=name, description=description, metadata_=metadata and dict(metadata))
    await save(session, channel)
    return channel
