"""Authorisations fall back by themselves: somebody is told before, and the provider is asked after (promise 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import total
from kit import clock
from kit.db import one, run
from kit.decimals import ZERO, to_number
from kit.outbox import tell
from operations.lock_payment import lock_payment
from operations.sweep_checkouts import ask_for

WARNING: Final = timedelta(days=1)
NEW_SECONDS: Final = 60
NEW_AT_ONCE: Final = 10  # asked about by one sweep: a rush of orders must not be followed by one of askings
AGAIN_SECONDS: Final = 3600


@dataclass(frozen=True)
class Expiring:
    """What is held falls back in so many seconds, or should have; the session is the one to ask about."""

    session_id: str
    seconds_left: float


async def warn_of_expiry(session: AsyncSession, payment_id: str) -> Expiring | None:
    """Tell once, a day before, that held money falls back: on the payment and by the event `payment.expiring`.

    None when nothing is held, or the provider does not say until when; then the warning goes. Errors: `not_found`.
    """
    payment = await lock_payment(session, payment_id)
    row = await one(session, "SELECT expires_at, warned_at FROM payment WHERE id = $1", payment_id)
    held = total("held", payment.flows)
    if row is None or row.expires_at is None or held <= ZERO:
        await run(session, _UNWARN, payment_id)
        return None
    left = row.expires_at - clock.now()
    if row.warned_at is None and left <= WARNING:
        money = f"{to_number(held)} {payment.row.currency_code}"
        words = f"{money} are held until {row.expires_at:%Y-%m-%d %H:%M} UTC: capture them before, or they fall back."
        await run(session, _WARN, payment_id, words)
        await tell(session, "payment.expiring", payment_id)
    return Expiring(payment.row.session_id, max(0.0, left.total_seconds()))


async def watch_expiring(session: AsyncSession, *, after: float = AGAIN_SECONDS) -> int:
    """Ask for `expire-authorisations` where held money falls back within a day, or should have."""
    return await ask_for(session, "expire-authorisations", "payment_id", _EXPIRING, after)


async def ask_about_new(session: AsyncSession, telling: Sequence[str], *, after: float = NEW_SECONDS) -> int:
    """Ask once about every new payment of a provider that tells us things: until when it holds, and its fees."""
    return await ask_for(session, "process-payment-workflow", "session_id", _NEW, after, list(telling), NEW_AT_ONCE)


_WARN: Final = "UPDATE payment SET warned_at = now(), attention = $2 WHERE id = $1"
_UNWARN: Final = """
UPDATE payment SET warned_at = NULL, attention = NULL
WHERE id = $1 AND warned_at IS NOT NULL AND attention LIKE '% are held until %'
"""
_EXPIRING: Final = """
UPDATE payment SET updated_at = now() WHERE id IN (
  SELECT p.id FROM payment p
  WHERE p.captured_at IS NULL AND p.canceled_at IS NULL
    AND p.expires_at BETWEEN now() - interval '30 days' AND now() + interval '1 day'
    AND (p.warned_at IS NULL OR p.updated_at < now() - $2::float8 * interval '1 second')
    AND (SELECT coalesce(sum(CASE 'held' WHEN e.debit THEN e.amount WHEN e.credit THEN -e.amount END), 0)
      FROM ledger_entry e WHERE e.payment_session_id = p.payment_session_id) > 0
  ORDER BY p.expires_at LIMIT $1 FOR UPDATE OF p SKIP LOCKED)
RETURNING id
"""
# Noted as asked, so that it is asked once: an answer that was asked for before looks again (`Heard.AGAIN`).
_NEW: Final = """
UPDATE payment SET followed_at = clock_timestamp() WHERE id IN (
  SELECT id FROM payment
  WHERE followed_at IS NULL AND provider_id = ANY($3::text[])
    AND created_at < now() - $2::float8 * interval '1 second'
  ORDER BY created_at LIMIT least($1::int, $4::int) FOR UPDATE SKIP LOCKED)
RETURNING payment_session_id
"""
