"""The inbox of what providers tell: store once, then let somebody ask the provider (docs/payments.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.events import ProviderEvent
from kit.db import run, value
from kit.ids import new_id
from operations.sweep_checkouts import ask_for

PATIENCE_SECONDS: Final = 10
AT_ONCE: Final = 2  # with more, shoppers on a machine of two cores wait more than twice as long
KEPT_DAYS: Final = 30
PURGED_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Received:
    """A verified event as it came, and who told it."""

    provider_id: str
    event: ProviderEvent
    body: bytes


async def receive_event(session: AsyncSession, provider_id: str, event: ProviderEvent, body: bytes) -> bool:
    """Store one event, as `receive_events`; False when it came before."""
    return await receive_events(session, [Received(provider_id, event, body)]) == 1


async def receive_events(session: AsyncSession, received: Sequence[Received]) -> int:
    """Store verified events with their raw bodies, by one statement, and return how many did not come before.

    Whatever kind they are: what they say is not read, only whom they concern. An event of no session that we know is
    kept too, since the session may not have its reference yet.
    """
    # In one order everywhere: two that store the same events must not wait for each other.
    rows = sorted(received, key=lambda each: (each.provider_id, each.event.id))
    events = [each.event for each in rows]
    stored: int = await value(
        session,
        _INSERT,
        [each.provider_id for each in rows],
        [event.id for event in events],
        [event.kind for event in events],
        [each.body for each in rows],
        [event.session_id for event in events],
        [event.reference for event in events],
        [event.at for event in events],
        [new_id("evt") for _ in rows],
    )
    return stored


async def ask_about_events(session: AsyncSession, *, at_once: int = AT_ONCE, after: float = PATIENCE_SECONDS) -> int:
    """Find the sessions of events that came before them, then ask as `ask_about_stored`."""
    await run(session, _MATCH)
    return await ask_about_stored(session, at_once=at_once, after=after)


async def ask_about_stored(session: AsyncSession, *, at_once: int = AT_ONCE, after: float = PATIENCE_SECONDS) -> int:
    """Ask for `process-payment-workflow` where events are stored, and return for how many sessions.

    Once for all events of a session, and for at most `at_once` sessions at any moment, so that a burst waits here and
    not in front of the shoppers. A session that was asked about is left alone until its run has ended; where that takes
    longer than `after` seconds, or the run was lost with its store, it is asked about again, ever more slowly.
    """
    return await ask_for(session, "process-payment-workflow", "session_id", _STORED, after, at_once)


async def purge_provider_events(session: AsyncSession) -> int:
    """Delete events that are older than thirty days, but those that nobody asked about; at most 1000."""
    purged: int = await value(session, _PURGE, PURGED_AT_ONCE, KEPT_DAYS)
    return purged


_INSERT: Final = """
WITH came AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::timestamptz[],
    $8::text[]) AS c(provider_id, event_id, kind, body, named, reference, occurred_at, told_id)),
stored AS (
  INSERT INTO provider_event (provider_id, event_id, kind, body, session_id, reference, occurred_at, state)
  SELECT c.provider_id, c.event_id, c.kind, c.body, s.id, c.reference, c.occurred_at,
    CASE WHEN s.id IS NULL THEN 'unmatched' ELSE 'stored' END
  FROM came c LEFT JOIN LATERAL (
    SELECT p.id FROM payment_session p
    WHERE p.provider_id = c.provider_id AND (p.id = c.named OR p.provider_reference = c.reference)
    ORDER BY p.id = c.named DESC NULLS LAST LIMIT 1) s ON true
  ON CONFLICT DO NOTHING
  RETURNING provider_id, event_id, kind, state, pg_notify('inbox', '')),
told AS (
  INSERT INTO outbox_event (id, name, data)
  SELECT DISTINCT ON (provider_id, event_id) c.told_id, 'payment.webhook_received',
    jsonb_build_object('provider', provider_id, 'id', event_id, 'kind', s.kind)
  FROM stored s JOIN came c USING (provider_id, event_id)
  RETURNING pg_notify('outbox', ''))
SELECT count(*) FROM told
"""
_MATCH: Final = """
UPDATE provider_event e SET session_id = s.id, state = 'stored' FROM payment_session s
WHERE e.state = 'unmatched' AND e.received_at > now() - interval '1 day'
  AND s.provider_id = e.provider_id AND s.provider_reference = e.reference
"""
_STORED: Final = """
WITH waiting AS (
  SELECT session_id, min(received_at) AS since, max(asked_at) AS asked_at
  FROM provider_event WHERE state = 'stored' GROUP BY session_id),
due AS (
  SELECT session_id FROM waiting
  WHERE asked_at IS NULL OR asked_at + greatest($2::float8 * interval '1 second', (asked_at - since) / 4) < now()
  ORDER BY asked_at NULLS FIRST, since
  LIMIT least($1, greatest(0, $3 - (
    SELECT count(*) FROM waiting WHERE asked_at >= now() - $2::float8 * interval '1 second')))),
asked AS (
  UPDATE provider_event SET asked_at = now() WHERE (provider_id, event_id) IN (
    SELECT e.provider_id, e.event_id FROM provider_event e JOIN due USING (session_id)
    WHERE e.state = 'stored' FOR UPDATE OF e SKIP LOCKED)
  RETURNING session_id)
SELECT DISTINCT session_id FROM asked
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
