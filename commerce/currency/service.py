"""Writes of the currency module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.currency.models import Currency


async def add_currencies(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Add the currencies that are not there yet; what an admin changed stays."""
    await session.execute(insert(Currency).on_conflict_do_nothing(), list(rows))
