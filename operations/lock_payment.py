"""Wait for a payment and its order, then read what the payment is (docs/checkout.md rules 1 and 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.ledger.rules import Flows
from kit.db import one, run
from kit.errors import not_found
from operations.book import Source


@dataclass(frozen=True, slots=True)
class LockedPayment:
    """A payment as its own columns have it, with the sums of its ledger entries."""

    row: Row[Any]
    flows: Flows

    def source(self, fact_id: str, note: str | None = None) -> Source:
        """Return the source of entries that the fact `fact_id` causes on this payment."""
        row = self.row
        return Source(fact_id, row.session_id, row.provider_id, row.currency_code, row.order_id, note)


async def lock_payment(session: AsyncSession, payment_id: str) -> LockedPayment:
    """Lock the order, then the payment, until the caller's commit, and read it. Errors: `not_found`."""
    await run(session, _LOCK_ORDER, payment_id)
    await run(session, _LOCK, payment_id)
    row = await one(session, _FACTS, payment_id)
    if row is None:
        raise not_found(f"Payment with id: {payment_id} was not found")
    return LockedPayment(row, await flows_of_session(session, row.session_id))


async def flows_of_session(on: AsyncSession | AsyncConnection, session_id: str) -> Flows:
    """Return the sums of a payment session's entries by debit and credit account."""
    return {(entry.debit, entry.credit): entry.amount for entry in await run(on, _OF_SESSION, session_id)}


async def flows_of_order(on: AsyncSession | AsyncConnection, order_id: str) -> Flows:
    """Return the sums of an order's entries by debit and credit account."""
    return {(entry.debit, entry.credit): entry.amount for entry in await run(on, _OF_ORDER, order_id)}


_LOCK_ORDER: Final = """
SELECT FROM "order" WHERE id = (
  SELECT s.order_id FROM payment p JOIN payment_session s ON s.id = p.payment_session_id WHERE p.id = $1)
FOR NO KEY UPDATE
"""
_LOCK: Final = "SELECT FROM payment WHERE id = $1 FOR NO KEY UPDATE"
_FACTS: Final = """
SELECT p.id, p.amount, p.currency_code, p.provider_id, p.captured_at, p.canceled_at, p.canceling_at, p.key_number,
  p.payment_collection_id AS collection_id, p.payment_session_id AS session_id, s.order_id,
  (SELECT decimal_digits FROM currency WHERE code = p.currency_code) AS decimal_digits,
  (SELECT coalesce(sum(amount), 0) FROM capture WHERE payment_id = p.id AND state = 'pending') AS pending_captures,
  (SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = p.id AND state = 'pending') AS pending_refunds
FROM payment p JOIN payment_session s ON s.id = p.payment_session_id
WHERE p.id = $1 AND p.deleted_at IS NULL
"""
_OF_SESSION: Final = """
SELECT debit, credit, sum(amount) AS amount FROM ledger_entry WHERE payment_session_id = $1 GROUP BY 1, 2
"""
_OF_ORDER: Final = "SELECT debit, credit, sum(amount) AS amount FROM ledger_entry WHERE order_id = $1 GROUP BY 1, 2"
