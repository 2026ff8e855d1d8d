"""The dead letters: deliveries of events that wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from kit.db import run

MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that a subscriber could not take, and why."""

    event_id: str
    name: str
    subscriber: str
    attempts: int
    error: str
    updated_at: str


async def list_dead_letters(session: AsyncSession | AsyncConnection) -> list[DeadLetter]:
    """Return them, the oldest first, `MOST` at most."""
    return [DeadLetter(*tuple(row)) for row in await run(session, _LIST, MOST)]


_LIST: Final = """
SELECT d.event_id, e.name, d.subscriber, d.attempts, coalesce(d.error, ''),
  to_char(d.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM delivery d JOIN outbox_event e ON e.id = d.event_id
WHERE d.status = 'dead' ORDER BY d.updated_at, d.event_id, d.subscriber LIMIT $1
"""
