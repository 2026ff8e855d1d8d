"""Book money of an order, and derive from the ledger what its payment collection shows (contract section 14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import Booking, total_sql
from kit.db import run
from operations.book import INSERT, Source, columns


async def book_payment(session: AsyncSession, source: Source, bookings: Sequence[Booking]) -> None:
    """Write the bookings of a consumed session, or none, and bring its collection up to the ledger: one statement.

    The amounts count the sessions that orders consumed; what was let go with another attempt is none of theirs. What
    was canceled stays in `authorized_amount`, as the peer has it; what fell back by itself does not. An IntegrityError
    when the same fact was booked before.
    """
    await run(session, _BOOK, *columns(source, bookings))


# The new entries are not in the table that this statement sees, hence the union.
_BOOK: Final = f"""
WITH new AS ({INSERT} RETURNING debit, credit, amount),
mine AS (SELECT payment_collection_id AS id FROM payment_session WHERE id = $6),
entries AS (
  SELECT e.debit, e.credit, e.amount, s.id AS session_id
  FROM payment_session s JOIN mine m ON m.id = s.payment_collection_id
  JOIN ledger_entry e ON e.payment_session_id = s.id WHERE s.fate = 'consumed'
  UNION ALL SELECT debit, credit, amount, $6 FROM new),
sums AS (
  SELECT session_id, {total_sql("authorized")} AS authorized, {total_sql("freed")} AS freed,
    {total_sql("captured")} AS captured, {total_sql("refunded")} AS refunded
  FROM entries GROUP BY session_id),
told AS (
  SELECT coalesce(sum(CASE WHEN p.canceled_at IS NULL THEN authorized - freed ELSE authorized END), 0) AS authorized,
    coalesce(sum(captured), 0) AS captured, coalesce(sum(refunded), 0) AS refunded,
    coalesce(bool_and(p.canceled_at IS NOT NULL), false) AS is_canceled
  FROM sums LEFT JOIN payment p ON p.payment_session_id = sums.session_id)
UPDATE payment_collection c SET updated_at = now(), order_id = coalesce(c.order_id, $5),
  authorized_amount = t.authorized, captured_amount = t.captured, refunded_amount = t.refunded,
  completed_at = CASE WHEN t.captured >= c.amount AND t.captured > 0 THEN coalesce(c.completed_at, now()) END,
  status = CASE WHEN c.status = 'canceled' OR (t.is_canceled AND t.captured = 0) THEN 'canceled'
    WHEN t.captured >= c.amount AND t.captured > 0 THEN 'completed'
    WHEN t.authorized >= c.amount AND t.authorized > 0 THEN 'authorized'
    WHEN t.authorized > 0 THEN 'partially_authorized' ELSE 'awaiting' END
FROM told t, mine WHERE c.id = mine.id
"""
