"""One event and one subscriber: claim the delivery, note how it ended, bury it, dig it up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.db import one, run

LONGEST_ERROR: Final = 500


@dataclass(frozen=True)
class Claimed:
    """An event to be handed over; `attempt` counts from 1."""

    name: str
    data: dict[str, Any]
    created_at: datetime
    attempt: int


async def expect_delivery(session: AsyncSession, event_ids: Sequence[str], subscriber: str) -> None:
    """Note in the commit that marks events as sent that this subscriber is still to hear them.

    The run that was started for them may be lost with its store; without these rows nobody would miss it.
    """
    await run(
        session,
        "INSERT INTO delivery (event_id, subscriber, updated_at) SELECT id, $2, $3 FROM unnest($1::text[]) AS id"
        " ON CONFLICT DO NOTHING",
        list(event_ids),
        subscriber,
        clock.now(),
    )


async def claim_delivery(session: AsyncSession, event_id: str, subscriber: str) -> Claimed | None:
    """Count one more attempt before it is made, so that an event which kills the process is counted too.

    None when the event was delivered, is a dead letter or is purged: nothing is to be done.
    """
    attempt = await one(
        session,
        "INSERT INTO delivery AS d (event_id, subscriber, attempts, updated_at)"
        " SELECT id, $2, 1, $3 FROM outbox_event WHERE id = $1"
        " ON CONFLICT (event_id, subscriber) DO UPDATE SET attempts = d.attempts + 1, updated_at = $3"
        " WHERE d.status = 'pending' RETURNING attempts",
        event_id,
        subscriber,
        clock.now(),
    )
    if attempt is None:
        return None
    row = await one(session, "SELECT name, data, created_at FROM outbox_event WHERE id = $1", event_id)
    if row is None:
        return None
    return Claimed(row.name, dict(row.data), row.created_at, attempt.attempts)


async def mark_delivered(session: AsyncSession, event_id: str, subscriber: str) -> None:
    """Note that the subscriber heard the event; a dead letter that was heard after all is none."""
    await run(
        session,
        "UPDATE delivery SET status = 'delivered', error = NULL, updated_at = $3"
        " WHERE event_id = $1 AND subscriber = $2",
        event_id,
        subscriber,
        clock.now(),
    )


async def mark_failed(session: AsyncSession, event_id: str, subscriber: str, error: str, *, is_dead: bool) -> None:
    """Note why an attempt failed; `is_dead` makes it a dead letter, which waits for a person."""
    await run(
        session,
        "UPDATE delivery SET status = $4, error = $3, updated_at = $5"
        " WHERE event_id = $1 AND subscriber = $2 AND status = 'pending'",
        event_id,
        subscriber,
        error[:LONGEST_ERROR],
        "dead" if is_dead else "pending",
        clock.now(),
    )
