"""Replay a dead letter: its delivery starts from the first attempt again."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.db import value
from kit.errors import not_found
from kit.ids import new_id
from kit.outbox import emit


async def replay_dead_letter(session: AsyncSession, event_id: str, subscriber: str) -> None:
    """Make a dead letter pending and ask the relay for its delivery. Errors: `not_found` when it is none."""
    revived = await value(
        session,
        "UPDATE delivery SET status = 'pending', attempts = 0, error = NULL, updated_at = $3"
        " WHERE event_id = $1 AND subscriber = $2 AND status = 'dead' RETURNING event_id",
        event_id,
        subscriber,
        clock.now(),
    )
    if revived is None:
        raise not_found(f"There is no dead letter of event {event_id} for {subscriber}.")
    batch = {"batch_id": f"{subscriber}:{new_id('dlv')}", "subscriber": subscriber, "event_ids": [event_id]}
    await emit(session, ("start.deliver-events", batch))
