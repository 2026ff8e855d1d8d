"""What a reconciliation goes through, page by page, and what it leaves behind (docs/reconciliation.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.payment.events import ProviderEvent
from kit import clock
from kit.db import one, run, value
from kit.decimals import encode
from kit.outbox import emit
from operations.book import Source
from operations.book_payment import book_payment
from operations.compare_books import Divergence
from operations.derive_summary import derive_summary

PAGE: Final = 25
LOOKS_BACK: Final = timedelta(days=3)  # a webhook is retried for as long at Stripe and PayPal
LOST_SECONDS: Final = 3600
LONGEST: Final = 1000


async def sessions_to_compare(
    connection: AsyncConnection, since: datetime, telling: Sequence[str], after: str
) -> list[str]:
    """Return a page of sessions, after the id `after`, whose money moved since then or is still held.

    Only those of providers that can tell: what the others know is what we told them.
    """
    return [row.id for row in await run(connection, _PAGE, since, list(telling), after, PAGE)]


async def missed_events(
    connection: AsyncConnection, provider_id: str, events: Sequence[ProviderEvent]
) -> list[tuple[ProviderEvent, str]]:
    """Return what the provider lists about sessions of ours and never arrived here, with the session."""
    ids, sessions = [one.id for one in events], [one.session_id for one in events]
    rows = await run(connection, _MISSED, provider_id, ids, sessions, [one.reference for one in events])
    by_id = {event.id: event for event in events}
    return [(by_id[row.event_id], row.session_id) for row in rows]


async def show_right(session: AsyncSession, session_id: str, *, keep: bool) -> str | None:
    """Derive anew what the order of a session shows of its money; return what it showed when that was wrong.

    Without `keep` only to look: the caller's transaction is as it was.
    """
    await run(session, _LOCK, session_id)
    row = await one(session, _SHOWN, session_id)
    if row is None:
        return None
    before = await _shown(session, row.order_id)
    point = await session.begin_nested()
    source = Source(session_id, session_id, row.provider_id, row.currency_code, row.order_id)
    await book_payment(session, source, ())
    await derive_summary(session, row.order_id)
    is_right = await _shown(session, row.order_id) == before
    await (point.commit() if keep and not is_right else point.rollback())
    return None if is_right else before


async def warn(session: AsyncSession, session_id: str, left: Sequence[Divergence]) -> None:
    """Show on the payment, or on a session without one, what nobody but a person can settle, and tell it once."""
    said = "; ".join(f"{one.kind}: {one.ours} here, {one.theirs} at the provider" for one in left)
    words = f"Reconciliation found {said}."[:LONGEST]
    if await value(session, _WARN_PAYMENT, session_id, words) or await value(session, _WARN_SESSION, session_id, words):
        kinds = sorted({str(one.kind) for one in left})
        await emit(session, ("payment.diverged", {"id": session_id, "kinds": kinds}))


async def begin_day(session: AsyncSession) -> int:
    """Ask for `reconcile-payments` once a day, and again where a run was lost.

    A new shop has nothing to compare: its first day is noted as over.
    """
    day = clock.now().date().isoformat()
    row = await one(session, _BEGIN, day, clock.now() - LOOKS_BACK, LOST_SECONDS)
    if row is None or row.ended_at is not None:
        return 0
    await emit(session, ("start.reconcile-payments", {"day": day, "since": row.since.isoformat()}))
    return 1


async def end_day(session: AsyncSession, day: str, report: Mapping[str, Any]) -> None:
    """Keep the day's report."""
    await run(session, _END, day, json.dumps(report))


async def _shown(session: AsyncSession, order_id: str) -> str:
    rows = await run(session, _WHAT, order_id)
    return encode([[str(part) for part in row] for row in rows])


_PAGE: Final = """
SELECT s.id FROM payment_session s LEFT JOIN payment p ON p.payment_session_id = s.id
WHERE s.id > $3 AND s.provider_id = ANY($2::text[]) AND (
  greatest(s.updated_at, p.updated_at, p.followed_at) >= $1
  OR (p.captured_at IS NULL AND p.canceled_at IS NULL AND p.id IS NOT NULL))
ORDER BY s.id LIMIT $4
"""
_MISSED: Final = """
SELECT x.event_id, s.id AS session_id
FROM unnest($2::text[], $3::text[], $4::text[]) AS x(event_id, session_id, reference)
JOIN payment_session s ON s.provider_id = $1 AND (s.id = x.session_id OR s.provider_reference = x.reference)
WHERE NOT EXISTS (SELECT FROM provider_event e WHERE e.provider_id = $1 AND e.event_id = x.event_id)
"""
_LOCK: Final = """
SELECT FROM "order" WHERE id = (SELECT order_id FROM payment_session WHERE id = $1) FOR NO KEY UPDATE
"""
_SHOWN: Final = """
SELECT order_id, provider_id, currency_code FROM payment_session WHERE id = $1 AND order_id IS NOT NULL
"""
_WHAT: Final = """
SELECT c.status, trim_scale(c.authorized_amount), trim_scale(c.captured_amount), trim_scale(c.refunded_amount),
  (SELECT jsonb_object_agg(key, trim_scale(amount::numeric)) FROM jsonb_each_text(s.summary) AS x(key, amount)
    WHERE amount ~ '^-?[0-9.]+$')
FROM payment_collection c JOIN "order" o ON o.id = c.order_id
JOIN order_summary s ON s.order_id = o.id AND s.version = o.version WHERE o.id = $1 ORDER BY c.id
"""
_WARN_PAYMENT: Final = """
UPDATE payment SET attention = $2 WHERE payment_session_id = $1 AND attention IS DISTINCT FROM $2 RETURNING id
"""
_WARN_SESSION: Final = """
UPDATE payment_session s SET attention = $2 WHERE id = $1 AND attention IS DISTINCT FROM $2
  AND NOT EXISTS (SELECT FROM payment p WHERE p.payment_session_id = s.id) RETURNING id
"""
_BEGIN: Final = """
INSERT INTO reconciliation (day, since, ended_at)
SELECT $1, $2, CASE WHEN NOT EXISTS (SELECT FROM reconciliation) THEN now() END
ON CONFLICT (day) DO UPDATE SET asked_at = now()
WHERE reconciliation.ended_at IS NULL AND reconciliation.asked_at < now() - $3::int * interval '1 second'
RETURNING since, ended_at
"""
_END: Final = "UPDATE reconciliation SET ended_at = now(), report = $2::jsonb WHERE day = $1"
