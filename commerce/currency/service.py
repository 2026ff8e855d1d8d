"""Writes of the currency module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.currency.models import Currency
from kit.errors import invalid_data


async def add_currencies(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Add the currencies that are not there yet; what an admin changed stays."""
    await session.execute(insert(Currency).on_conflict_do_nothing(), list(rows))


async def require_currencies(session: AsyncSession, codes: Iterable[str]) -> None:
    """Refuse lower-case codes that the table does not have: nothing could be rounded in them.

    Errors: `invalid_data` that names them.
    """
    wanted = set(codes)
    known = set(await session.scalars(select(Currency.code).where(Currency.code.in_(wanted))))
    if unknown := sorted(wanted - known):
        raise invalid_data(f'Currencies with codes: "{", ".join(unknown)}" do not exist')
