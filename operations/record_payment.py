"""The money of a new order: its session consumed, payment, collection, capture, transaction, ledger."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import paid
from kit.db import one, run
from kit.decimals import ZERO
from kit.errors import conflict
from kit.ids import new_id
from operations.book import Source
from operations.book_payment import book_payment


@dataclass(frozen=True, slots=True)
class Paid:
    """What the provider said about a session: its status, what it holds, and what of it was taken already."""

    status: str
    held: Decimal = ZERO
    captured: Decimal = ZERO


async def consume_session(session: AsyncSession, session_id: str, order_id: str, amount: Decimal, word: Paid) -> None:
    """Give the session's money to the order, once (promise 3): no other attempt can use or release it any more.

    Errors: conflict when the session is not open for this amount; nothing of the caller's transaction may stay then.
    """
    is_there = word.held + word.captured > ZERO
    row = await one(session, _CONSUME, session_id, order_id, amount, word.status, is_there)
    if row is None:
        raise conflict("The payment session is no longer open for this cart.")


async def record_payment(session: AsyncSession, session_id: str, order_id: str, word: Paid) -> str:
    """Write what the consumed session brought to its order and return its payment's id.

    A promised payment (pending) brings nothing yet, so there is no such payment.
    """
    payment_id = new_id("pay")
    there = word.held + word.captured
    capture_id = new_id("capt") if word.captured > ZERO else None
    source = await one(
        session, _RECORD, session_id, order_id, payment_id, there, word.captured, capture_id, new_id("ordtrx")
    )
    if source is None:
        raise conflict("The payment session is no longer there.")
    await book_payment(
        session,
        Source(session_id, session_id, source.provider_id, source.currency_code, order_id),
        paid(word.held, word.captured),
    )
    return payment_id


async def link_collection(session: AsyncSession, cart_id: str, order_id: str) -> None:
    """Give a free order the collection that its cart may have."""
    await run(session, "UPDATE payment_collection SET order_id = $2 WHERE cart_id = $1", cart_id, order_id)


_CONSUME: Final = """
UPDATE payment_session SET fate = 'consumed', order_id = $2, status = $4, updated_at = now(),
  authorized_at = CASE WHEN $5::boolean THEN now() END
WHERE id = $1 AND fate = 'open' AND order_id IS NULL AND amount = $3
RETURNING id
"""
_RECORD: Final = """
WITH s AS (SELECT * FROM payment_session WHERE id = $1),
payment AS (
  INSERT INTO payment (id, amount, currency_code, provider_id, data, captured_at, payment_collection_id,
    payment_session_id)
  SELECT $3, s.amount, s.currency_code, s.provider_id, s.data, CASE WHEN $5::numeric = s.amount THEN now() END,
    s.payment_collection_id, s.id
  FROM s WHERE $4::numeric > 0 RETURNING id),
capture AS (
  INSERT INTO capture (id, amount, payment_id, state, key_number)
  SELECT $6, $5::numeric, id, 'done', 0 FROM payment WHERE $6::text IS NOT NULL),
transaction AS (
  INSERT INTO order_transaction (id, order_id, amount, currency_code, reference, reference_id)
  SELECT $7, $2, $5::numeric, s.currency_code, 'capture', $6 FROM s WHERE $6::text IS NOT NULL)
SELECT s.provider_id, s.currency_code FROM s
"""
