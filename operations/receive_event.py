"""The inbox of what providers tell: store once, then let somebody ask the provider (docs/payments.md)."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.events import ProviderEvent
from kit.db import one, run, value
from kit.outbox import emit
from operations.sweep_checkouts import ask_for

PATIENCE_SECONDS: Final = 10
KEPT_DAYS: Final = 30
PURGED_AT_ONCE: Final = 1000


async def receive_event(session: AsyncSession, provider_id: str, event: ProviderEvent, body: bytes) -> bool:
    """Store a verified event with its raw body and ask for `process-payment-workflow`; False when it came before.

    Whatever kind it is: what it says is not read, only whom it concerns. An event of no session that we know is kept
    too, since the session may not have its reference yet.
    """
    facts = (provider_id, event.id, event.kind, body, event.session_id, event.reference, event.at)
    row = await one(session, _INSERT, *facts)
    if row is None:
        return False
    if row.session_id is not None:
        await emit(session, ("start.process-payment-workflow", {"session_id": row.session_id}))
    await emit(session, ("payment.webhook_received", {"provider": provider_id, "id": event.id, "kind": event.kind}))
    return True


async def ask_about_events(session: AsyncSession, *, after: float = PATIENCE_SECONDS) -> int:
    """Ask for `process-payment-workflow` where an event is stored and nobody asked yet, ever more slowly.

    That is after the Temporal store was lost, or when it came just as a run ended. What came before its session had
    its reference finds it here.
    """
    await run(session, _MATCH)
    return await ask_for(session, "process-payment-workflow", "session_id", _STORED, after)


async def purge_provider_events(session: AsyncSession) -> int:
    """Delete events that are older than thirty days, but those that nobody asked about; at most 1000."""
    purged: int = await value(session, _PURGE, PURGED_AT_ONCE, KEPT_DAYS)
    return purged


_INSERT: Final = """
WITH s AS (
  SELECT id FROM payment_session WHERE provider_id = $1 AND (id = $5 OR provider_reference = $6)
  ORDER BY id = $5 DESC NULLS LAST LIMIT 1)
INSERT INTO provider_event (provider_id, event_id, kind, body, session_id, reference, occurred_at, state)
SELECT $1, $2, $3, $4, (SELECT id FROM s), $6, $7,
  CASE WHEN EXISTS (SELECT FROM s) THEN 'stored' ELSE 'unmatched' END
ON CONFLICT DO NOTHING
RETURNING session_id
"""
_MATCH: Final = """
UPDATE provider_event e SET session_id = s.id, state = 'stored' FROM payment_session s
WHERE e.state = 'unmatched' AND e.received_at > now() - interval '1 day'
  AND s.provider_id = e.provider_id AND s.provider_reference = e.reference
"""
_STORED: Final = """
UPDATE provider_event SET asked_at = now() WHERE (provider_id, event_id) IN (
  SELECT provider_id, event_id FROM provider_event
  WHERE state = 'stored' AND coalesce(asked_at, received_at)
    + greatest($2::float8 * interval '1 second', (coalesce(asked_at, received_at) - received_at) / 4) < now()
  ORDER BY received_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING session_id
"""
_PURGE: Final = """
WITH old AS (
  SELECT provider_id, event_id FROM provider_event
  WHERE state <> 'stored' AND received_at < now() - $2::int * interval '1 day'
  ORDER BY received_at LIMIT $1 FOR UPDATE SKIP LOCKED),
gone AS (DELETE FROM provider_event e USING old o
  WHERE e.provider_id = o.provider_id AND e.event_id = o.event_id RETURNING 1)
SELECT count(*) FROM gone
"""
