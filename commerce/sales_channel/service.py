"""Writes of the sales channel module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.sales_channel.models import SalesChannel
from kit.db import run, save
from kit.errors import not_found
from kit.ids import new_id
from kit.outbox import tell
from kit.rows import change, locked, retire


async def create_sales_channel(
    session: AsyncSession,
    name: str,
    description: str | None = None,
    *,
    is_disabled: bool = False,
    metadata: Mapping[str, Any] | None = None,
) -> SalesChannel:
    """Create a sales channel."""
    channel = SalesChannel(
        id=new_id("sc"),
        name=name,
        description=description,
        is_disabled=is_disabled,
        metadata_=metadata and dict(metadata),
    )
    await save(session, channel)
    await tell(session, "sales-channel.created", channel.id)
    return channel


async def update_sales_channel(session: AsyncSession, channel_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`."""
    await change(session, await locked(session, SalesChannel, channel_id), given)
    await tell(session, "sales-channel.updated", channel_id)
    return channel_id


async def delete_sales_channel(session: AsyncSession, channel_id: str) -> bool:
    """Soft-delete a channel; False when there was none."""
    gone = await retire(session, SalesChannel, channel_id)
    await tell(session, "sales-channel.deleted", *gone)
    return bool(gone)


async def require_channels(session: AsyncSession, ids: Sequence[str]) -> None:
    """Lock channels that are to be linked, so that they cannot be deleted meanwhile. Errors: `not_found`."""
    lock = "SELECT id FROM sales_channel WHERE id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY id FOR SHARE"
    known = {row.id for row in await run(session, lock, list(ids))}
    missing = [id_ for id_ in dict.fromkeys(ids) if id_ not in known]
    if missing:
        raise not_found(f"Sales channels with IDs: {', '.join(missing)} do not exist")
