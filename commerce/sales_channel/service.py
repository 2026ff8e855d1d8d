"""Writes of the sales channel module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.sales_channel.models import SalesChannel
from kit.db import run, save
from kit.errors import not_found
from kit.ids import new_id


async def create_sales_channel(
    session: AsyncSession, name: str, description: str | None = None, *, metadata: Mapping[str, Any] | None = None
) -> SalesChannel:
    """Create an enabled sales channel."""
    channel = SalesChannel(id=new_id("sc"), name=name, description=description, metadata_=metadata and dict(metadata))
    await save(session, channel)
    return channel


async def require_channels(session: AsyncSession, ids: Sequence[str]) -> None:
    """Lock channels that are to be linked, so that they cannot be deleted meanwhile. Errors: `not_found`."""
    lock = "SELECT id FROM sales_channel WHERE id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY id FOR SHARE"
    known = {row.id for row in await run(session, lock, list(ids))}
    missing = [id_ for id_ in dict.fromkeys(ids) if id_ not in known]
    if missing:
        raise not_found(f"Sales channels with IDs: {', '.join(missing)} do not exist")
