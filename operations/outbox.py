"""The outbox from the relay's side: claim what is pending, mark what was started, purge what is old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.db import run, value

KEPT: Final = timedelta(days=7)
PURGED_AT_ONCE: Final = 1000
LOST: Final = timedelta(minutes=20)  # longer than the longest pause of a delivery and the batch after it
REDELIVERED_AT_ONCE: Final = 100
ERASED_AT_ONCE: Final = 1000
SECRET_FOR: Final = timedelta(hours=1)  # a token in an event is good for a quarter of one


@dataclass(frozen=True)
class Pending:
    """An event whose deliveries are not started yet."""

    id: str
    name: str
    data: dict[str, Any]


async def claim_pending(session: AsyncSession, limit: int) -> list[Pending]:
    """Lock and return pending events, oldest first; those that another relay holds are passed over.

    By status, never by an id cursor: a transaction that commits late would be behind the cursor.
    """
    rows = await run(
        session,
        "SELECT id, name, data FROM outbox_event WHERE status = 'pending'"
        " ORDER BY created_at, id LIMIT $1 FOR UPDATE SKIP LOCKED",
        limit,
    )
    return [Pending(row.id, row.name, dict(row.data)) for row in rows]


async def mark_sent(session: AsyncSession, ids: Sequence[str]) -> None:
    """Mark events whose deliveries were all acknowledged."""
    await run(
        session,
        "UPDATE outbox_event SET status = 'sent', sent_at = $2 WHERE id = ANY($1::text[]) AND status = 'pending'",
        list(ids),
        clock.now(),
    )


async def redeliver_lost(session: AsyncSession, *, after: timedelta = LOST) -> int:
    """Make events pending again of which a subscriber heard nothing for longer than any run pauses.

    Their run was lost with its store; those who heard them are not told again (the delivery's row says so).
    """
    rows = await run(
        session,
        "WITH lost AS (UPDATE delivery SET updated_at = $2 WHERE (event_id, subscriber) IN ("
        " SELECT event_id, subscriber FROM delivery WHERE status = 'pending' AND updated_at < $1"
        " ORDER BY updated_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING event_id)"
        " UPDATE outbox_event SET status = 'pending', sent_at = NULL"
        " WHERE id IN (SELECT event_id FROM lost) AND status = 'sent' RETURNING id",
        clock.now() - after,
        clock.now(),
        REDELIVERED_AT_ONCE,
    )
    return len(rows)


async def purge_outbox(session: AsyncSession) -> int:
    """Delete events sent more than a week ago with their deliveries, at most 1000, and return how many.

    One with a delivery that is not done stays: a dead letter can be replayed as long as it lies there.
    """
    purged: int = await value(
        session,
        "WITH old AS (SELECT id FROM outbox_event o WHERE status = 'sent' AND sent_at < $1 AND NOT EXISTS"
        " (SELECT FROM delivery d WHERE d.event_id = o.id AND d.status <> 'delivered')"
        " ORDER BY sent_at LIMIT $2 FOR UPDATE SKIP LOCKED),"
        " gone AS (DELETE FROM delivery USING old WHERE event_id = old.id),"
        " purged AS (DELETE FROM outbox_event USING old WHERE outbox_event.id = old.id RETURNING 1)"
        " SELECT count(*) FROM purged",
        clock.now() - KEPT,
        PURGED_AT_ONCE,
    )
    return purged


async def erase_secrets(session: AsyncSession) -> int:
    """Erase the tokens of events that everybody heard, and of those that are an hour old, and return how many."""
    rows = await run(
        session,
        "UPDATE outbox_event SET data = data - secrets, secrets = NULL WHERE id IN ("
        " SELECT id FROM outbox_event o WHERE secrets IS NOT NULL AND (created_at < $1 OR status = 'sent'"
        " AND NOT EXISTS (SELECT FROM delivery d WHERE d.event_id = o.id AND d.status <> 'delivered'))"
        " ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id",
        clock.now() - SECRET_FOR,
        ERASED_AT_ONCE,
    )
    return len(rows)
