"""Writes of the layout module: a zone's one arrangement for everybody, and one for each user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.layout.models import LayoutConfiguration
from kit import clock
from kit.ids import new_id

_LIVE = LayoutConfiguration.deleted_at.is_(None)


async def set_default_layout(session: AsyncSession, zone: str, user_id: str, configuration: Mapping[str, Any]) -> None:
    """Replace what everybody sees in a zone; the user who says so looks at it from now on, too."""
    row = insert(LayoutConfiguration).values(
        id=new_id("lyconf"), zone=zone, is_system_default=True, configuration=dict(configuration)
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["zone"],
            index_where=LayoutConfiguration.is_system_default & _LIVE,
            set_={"configuration": row.excluded.configuration, "updated_at": clock.now()},
        )
    )
    own = LayoutConfiguration.zone == zone, LayoutConfiguration.user_id == user_id, _LIVE
    await session.execute(update(LayoutConfiguration).where(*own).values(is_active=False))


async def set_own_layout(session: AsyncSession, zone: str, user_id: str, configuration: Mapping[str, Any]) -> None:
    """Replace what one user sees in a zone."""
    row = insert(LayoutConfiguration).values(
        id=new_id("lyconf"), zone=zone, user_id=user_id, is_system_default=False, configuration=dict(configuration)
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["user_id", "zone"],
            index_where=_LIVE,
            set_={"configuration": row.excluded.configuration, "is_active": True, "updated_at": clock.now()},
        )
    )


async def clear_own_layout(session: AsyncSession, zone: str, user_id: str) -> None:
    """Let a user see a zone as everybody does."""
    own = LayoutConfiguration.zone == zone, LayoutConfiguration.user_id == user_id, _LIVE
    await session.execute(update(LayoutConfiguration).where(*own).values(deleted_at=clock.now()))
