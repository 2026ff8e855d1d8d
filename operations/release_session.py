"""Let go of a session that no order consumed (docs/checkout.md: release; contract section 13: void or refund)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import Booking, beyond, let_go, settled_by_hand
from kit.db import one, run
from kit.decimals import ZERO
from kit.outbox import emit
from operations.book import Source, book
from operations.take_lock import take_lock_of_session


async def begin_release(session: AsyncSession, session_id: str) -> bool:
    """Commit that the session is being released, before the provider is called; False when it must not be."""
    await take_lock_of_session(session, session_id)
    return await one(session, _BEGIN, session_id) is not None


async def finish_release(
    session: AsyncSession, session_id: str, *, reference: str | None, voided: Decimal, refunded: Decimal
) -> bool:
    """Record the provider's proof: nothing is held and nothing can come; the amounts are the session's totals.

    False when the session was not being released: a repeated call books nothing twice.
    """
    await take_lock_of_session(session, session_id)
    row = await one(session, _FINISH, session_id, reference)
    if row is not None:
        await _book(session, row, let_go(voided, refunded), note=None)
        if voided + refunded > ZERO:
            await _tell(session, row)
    return row is not None


async def settle_by_hand(session: AsyncSession, session_id: str, note: str) -> bool:
    """Record that a person let the money go, and how; False when the session was not being released."""
    await take_lock_of_session(session, session_id)
    row = await one(session, _FINISH, session_id, None)
    if row is not None:
        await _book(session, row, settled_by_hand(row.amount), note=note)
        await _tell(session, row)
    return row is not None


async def let_go_of_refused(session: AsyncSession, session_id: str) -> bool:
    """Let go of money that a provider holds for a cart whose checkout was refused (docs/checkout.md rule 7).

    False when the session is not open any more, or somebody is at it: then whoever that is decides.
    """
    await take_lock_of_session(session, session_id)
    if await one(session, _LET_GO, session_id) is None:
        return False
    await emit(session, ("start.release-session", {"session_id": session_id}))
    return True


async def _book(session: AsyncSession, row: Row[Any], bookings: tuple[Booking, ...], note: str | None) -> None:
    """Book what is new: money may come late, so a session may be released more than once."""
    booked = {(entry.debit, entry.credit): entry.amount for entry in await run(session, _BOOKED, row.id)}
    source = Source(f"{row.id}:{len(booked)}", row.id, row.provider_id, row.currency_code, note=note)
    await book(session, source, beyond(bookings, booked))


async def _tell(session: AsyncSession, row: Row[Any]) -> None:
    """Tell that a shopper's money is theirs again, so that a subscriber can tell the shopper."""
    data = {"id": row.id, "cart_id": row.cart_id, "reason": row.released_because}
    await emit(session, ("payment_session.released", data))


_BEGIN: Final = """
UPDATE payment_session SET fate = 'releasing', updated_at = now()
WHERE id = $1 AND fate IN ('superseded', 'releasing') AND order_id IS NULL RETURNING id
"""
_FINISH: Final = """
UPDATE payment_session SET fate = 'released', status = 'canceled', updated_at = now(),
  provider_reference = coalesce($2, provider_reference)
WHERE id = $1 AND fate = 'releasing' AND order_id IS NULL
RETURNING id, amount, provider_id, currency_code, released_because,
  (SELECT c.cart_id FROM payment_collection c WHERE c.id = payment_collection_id) AS cart_id
"""
_LET_GO: Final = """
UPDATE payment_session s SET fate = 'releasing', updated_at = now(), released_because = 'checkout_refused'
WHERE s.id = $1 AND s.fate = 'open' AND s.order_id IS NULL
  AND NOT EXISTS (SELECT FROM checkout_attempt a WHERE a.session_id = s.id AND a.state = 'open')
  AND NOT EXISTS (SELECT FROM checkout_attempt a WHERE a.session_id = s.id AND a.state = 'handed_over')
RETURNING s.id
"""
_BOOKED: Final = """
SELECT debit, credit, sum(amount) AS amount FROM ledger_entry WHERE payment_session_id = $1 GROUP BY 1, 2
"""
