"""Bring a payment, its order and the ledger up to what the provider has: the one way in which anything arrives."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import freed, kept, total
from commerce.payment.movements import MovementStatus
from commerce.payment.port import Holding, StatusResult
from kit import clock
from kit.db import one, run, value
from kit.decimals import EXACT, ZERO
from kit.outbox import tell
from operations.book_payment import book_payment
from operations.cancel_payment import finish_cancel
from operations.derive_summary import derive_summary
from operations.follow_dispute import follow_dispute
from operations.follow_movements import follow_movements
from operations.lock_payment import lock_payment

EXPIRED: Final = "The authorisation expired, and what was not captured is the shopper's again: ask for payment anew."


async def follow_provider(session: AsyncSession, session_id: str, asked_at: datetime, told: StatusResult) -> bool:
    """Bring all that hangs on a session's payment up to `told`, which was asked for at `asked_at`: one commit.

    False when there is no payment, or the provider was asked later than this: so it does not matter in which order,
    how often or how late anybody hears of anything. What was booked before is not booked again.
    """
    payment_id = await value(session, _PAYMENT, session_id)
    if payment_id is None:
        return False
    payment = await lock_payment(session, payment_id)
    if await one(session, _TURN, payment_id, asked_at) is None:
        return False
    await follow_movements(session, payment, "capture", told.captures)
    await follow_movements(session, payment, "refund", told.refunds)
    for dispute in told.disputes:
        await follow_dispute(session, payment, dispute)
    await _follow_held(session, payment_id, told)
    await _follow_fees(session, payment_id, told.fees)
    if told.data:
        await run(session, _DATA, payment_id, json.dumps(told.data))
    return True


async def _follow_held(session: AsyncSession, payment_id: str, told: StatusResult) -> None:
    """Book what the provider does not hold any more and did not take: canceled there, or fallen back by itself."""
    if told.held > ZERO and told.expires_at is not None:
        await run(session, _EXPIRES, payment_id, told.expires_at)
    if told.holding in {Holding.NOTHING, Holding.UNKNOWN}:  # neither is a proof
        return
    payment = await lock_payment(session, payment_id)
    on_its_way = sum((m.amount for m in told.captures if m.status is MovementStatus.PENDING), ZERO)
    gone = total("held", payment.flows) - told.held - on_its_way
    if gone <= ZERO:
        return
    is_expired = await _is_expired(session, payment_id)
    is_wanted = payment.row.canceling_at is not None
    if is_wanted or (total("captured", payment.flows) == ZERO and not is_expired):
        if await finish_cancel(session, payment_id, gone):
            await tell(session, "payment.canceled", payment_id)
        return
    await _fall_back(session, payment_id, gone, is_expired=is_expired)


async def _fall_back(session: AsyncSession, payment_id: str, gone: Decimal, *, is_expired: bool) -> None:
    """Book that held money is the shopper's again though nobody canceled the payment."""
    payment = await lock_payment(session, payment_id)
    word = "expired" if is_expired else "freed"
    number: int = await value(session, _FACTS, f"{payment_id}:{word}:")
    await book_payment(session, payment.source(f"{payment_id}:{word}:{number + 1}"), freed(gone))
    if is_expired:
        await run(session, _ATTENTION, payment_id, EXPIRED)
    await derive_summary(session, payment.row.order_id)
    await tell(session, f"payment.{word}", payment_id)


async def _is_expired(session: AsyncSession, payment_id: str) -> bool:
    expires_at = await value(session, "SELECT expires_at FROM payment WHERE id = $1", payment_id)
    return expires_at is not None and expires_at <= clock.now()


async def _follow_fees(session: AsyncSession, payment_id: str, fees: Decimal | None) -> None:
    if fees is None:
        return
    payment = await lock_payment(session, payment_id)
    more = EXACT.subtract(fees, total("fees", payment.flows))
    if more != ZERO:
        number: int = await value(session, _FACTS, f"{payment_id}:fees:")
        await book_payment(session, payment.source(f"{payment_id}:fees:{number + 1}"), kept(more))


_PAYMENT: Final = "SELECT id FROM payment WHERE payment_session_id = $1 AND deleted_at IS NULL"
_TURN: Final = """
UPDATE payment SET followed_at = $2 WHERE id = $1 AND (followed_at IS NULL OR followed_at <= $2) RETURNING id
"""
# Held for longer (PayPal renews what it holds): whoever was told of the old end is told of the new one, too.
_EXPIRES: Final = """
UPDATE payment SET expires_at = $2, warned_at = CASE WHEN $2 > expires_at THEN NULL ELSE warned_at END,
  attention = CASE WHEN $2 > expires_at AND attention LIKE '% are held until %' THEN NULL ELSE attention END
WHERE id = $1 AND expires_at IS DISTINCT FROM $2
"""
# What a browser confirms with is not kept with a payment: nothing is left to confirm.
_DATA: Final = """
UPDATE payment SET data = (data || $2::jsonb) - 'client_secret', updated_at = now()
WHERE id = $1 AND (NOT data @> ($2::jsonb - 'client_secret') OR jsonb_exists(data, 'client_secret'))
"""
_ATTENTION: Final = "UPDATE payment SET attention = $2 WHERE id = $1"
_FACTS: Final = "SELECT count(DISTINCT source_id) FROM ledger_entry WHERE starts_with(source_id, $1)"
