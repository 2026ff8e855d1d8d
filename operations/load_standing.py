"""Whose a payment session is just now: what an answer of its provider is to be used for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from kit.db import one, run


@dataclass(frozen=True, slots=True)
class Standing:
    """Read before the provider is asked: `asked_at` and `event_ids` say what its answer is newer than.

    `is_busy`: a checkout runs on the session, which is the one to decide.
    """

    order_id: str | None
    payment_id: str | None
    is_busy: bool
    asked_at: datetime
    event_ids: Sequence[str]


async def load_standing(connection: AsyncConnection, session_id: str) -> Standing | None:
    """Return whose the session is; None when there is none."""
    row = await one(connection, _STANDING, session_id)
    if row is None:
        return None
    return Standing(row.order_id, row.payment_id, row.is_busy, row.asked_at, row.event_ids)


async def mark_asked(session: AsyncSession, session_id: str, standing: Standing) -> None:
    """Note that the provider was asked after these events came; who waits in the inbox is next.

    Their bodies go: nothing reads them any more, and they may hold client secrets.
    """
    if standing.event_ids:
        await run(session, _ASKED, session_id, list(standing.event_ids))


_STANDING: Final = """
SELECT s.order_id, p.id AS payment_id,
  EXISTS (SELECT FROM checkout_attempt a WHERE a.session_id = s.id AND a.state = 'open') AS is_busy,
  clock_timestamp() AS asked_at,
  ARRAY(SELECT e.event_id FROM provider_event e WHERE e.session_id = s.id AND e.state = 'stored') AS event_ids
FROM payment_session s LEFT JOIN payment p ON p.payment_session_id = s.id WHERE s.id = $1
"""
_ASKED: Final = """
WITH done AS (
  UPDATE provider_event SET state = 'done', asked_at = now(), body = ''
  WHERE session_id = $1 AND event_id = ANY($2::text[]) AND state = 'stored' RETURNING 1)
SELECT pg_notify('inbox', '') FROM done LIMIT 1
"""
