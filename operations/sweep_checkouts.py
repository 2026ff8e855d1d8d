"""Find what nobody looks after and start it again from the database alone (docs/checkout.md rules 5, 8, 9).

Each sweep is one transaction, returns how many things it found, and may run at any time and any number of times: it
only asks for workflows, and what it asked for rests for a while (its row's `updated_at` is touched), so that a long
queue gets its turn. Nothing is asked for twice while the relay has not taken the first asking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from kit.outbox import emit
from operations.hand_over_checkout import hand_over_all
from operations.take_lock import TURN

BATCH: Final = 100
ORPHAN_SECONDS: Final = 5  # an attempt this old has a run, or its run was lost; attaching to a living run is harmless
PATIENCE_SECONDS: Final = 30  # between two askings for the same workflow
CREATING_SECONDS: Final = 60
ASK_SECONDS: Final = 600  # promise 2: money that a browser moved is found after at most this time, then ever slower


async def hand_over_overdue(session: AsyncSession) -> int:
    """Hand over every open attempt that is past its deadline, but those whose cart is just being changed."""
    overdue = await run(session, _OVERDUE, BATCH)
    if overdue:
        await hand_over_all(session, [row.id for row in overdue], run_id=None)
    return len(overdue)


async def adopt_orphans(session: AsyncSession, *, after: float = ORPHAN_SECONDS) -> int:
    """Ask for complete-cart where an attempt is open: a run that was lost is replaced before the deadline."""
    return await ask_for(session, "complete-cart", "cart_id", _ORPHANS, after)


async def resolve_handed_over(session: AsyncSession, *, after: float = PATIENCE_SECONDS) -> int:
    """Ask for resolve-session where an attempt is handed over."""
    return await ask_for(session, "resolve-session", "session_id", _HANDED_OVER, after)


async def release_creating(session: AsyncSession, *, after: float = CREATING_SECONDS) -> int:
    """Let go of sessions whose creation never settled: the provider may have made them."""
    return await ask_for(session, "release-session", "session_id", _CREATING, after)


async def release_ended(session: AsyncSession, *, after: float = PATIENCE_SECONDS) -> int:
    """Ask for release-session where a session is superseded or releasing."""
    return await ask_for(session, "release-session", "session_id", _ENDED, after)


async def ask_about_open(
    session: AsyncSession, confirmed_by_client: Sequence[str], *, after: float = ASK_SECONDS
) -> int:
    """Ask for resolve-session where money may have come without our doing.

    That is: sessions of providers confirmed by the client, and those that were authorised once and ended pending. The
    rest between two askings grows with the session's age (a quarter of it), so abandoned carts cost ever less.
    """
    return await ask_for(session, "resolve-session", "session_id", _OPEN, after, list(confirmed_by_client))


async def ask_for(session: AsyncSession, workflow: str, key: str, due: str, *params: object) -> int:
    """Ask for `workflow` for every row that the statement `due` finds, but for what the relay has not taken yet."""
    rows = await run(session, due, BATCH, *params)
    pending = {row[0] for row in await run(session, _ASKED, f"start.{workflow}", key, [row[0] for row in rows])}
    await emit(session, *[(f"start.{workflow}", {key: row[0]}) for row in rows if row[0] not in pending])
    return len(rows)


_OVERDUE: Final = f"""
WITH overdue AS MATERIALIZED (SELECT id, cart_id FROM checkout_attempt
  WHERE state = 'open' AND deadline < clock_timestamp() ORDER BY cart_id LIMIT $1),
turns AS MATERIALIZED (
  SELECT id, cart_id FROM overdue WHERE pg_try_advisory_xact_lock({TURN.format(cart_id="cart_id")}))
SELECT t.id FROM turns t JOIN cart c ON c.id = t.cart_id ORDER BY c.id FOR UPDATE OF c SKIP LOCKED
"""
_ORPHANS: Final = """
UPDATE checkout_attempt SET updated_at = now() WHERE id IN (
  SELECT id FROM checkout_attempt
  WHERE state = 'open' AND updated_at < now() - $2::float8 * interval '1 second'
  ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING cart_id
"""
_HANDED_OVER: Final = """
UPDATE checkout_attempt SET updated_at = now() WHERE id IN (
  SELECT id FROM checkout_attempt
  WHERE state = 'handed_over' AND updated_at < now() - $2::float8 * interval '1 second'
  ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING session_id
"""
_CREATING: Final = """
UPDATE payment_session SET fate = 'releasing', updated_at = now() WHERE id IN (
  SELECT id FROM payment_session
  WHERE fate = 'creating' AND created_at < now() - $2::float8 * interval '1 second'
  ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED) AND fate = 'creating'
RETURNING id
"""
_ENDED: Final = """
UPDATE payment_session SET updated_at = now() WHERE id IN (
  SELECT id FROM payment_session
  WHERE fate IN ('superseded', 'releasing') AND updated_at < now() - $2::float8 * interval '1 second'
  ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_OPEN: Final = """
UPDATE payment_session SET updated_at = now() WHERE id IN (
  SELECT s.id FROM payment_session s JOIN payment_collection p ON p.id = s.payment_collection_id
  WHERE s.fate = 'open' AND (p.cart_id IS NOT NULL OR p.order_id IS NOT NULL)
    AND s.updated_at + greatest($2::float8 * interval '1 second', (s.updated_at - s.created_at) / 4) < now()
    AND NOT EXISTS (SELECT FROM checkout_attempt a
      WHERE a.cart_id = p.cart_id AND a.session_id = s.id AND a.state = 'open')
    AND NOT EXISTS (SELECT FROM checkout_attempt a WHERE a.session_id = s.id AND a.state = 'handed_over')
    AND (s.provider_id = ANY($3::text[]) OR (  -- beside OR, EXISTS would read all attempts there ever were
      SELECT count(*) FROM checkout_attempt a WHERE a.cart_id = p.cart_id AND a.session_id = s.id) > 0)
  ORDER BY s.updated_at LIMIT $1 FOR UPDATE OF s SKIP LOCKED)
RETURNING id
"""
_ASKED: Final = """
SELECT data ->> $2::text FROM outbox_event
WHERE status = 'pending' AND name = $1 AND data ->> $2::text = ANY($3::text[])
"""
