"""Bring a dispute, and where its money is, up to what the provider says of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import Flows, to_dispute, total
from commerce.payment.movements import Dispute, DisputeStatus
from kit.db import one, run, value
from kit.decimals import EXACT, ZERO, to_number
from kit.ids import new_id
from kit.outbox import emit
from operations.book_payment import book_payment
from operations.derive_summary import derive_summary
from operations.lock_payment import LockedPayment

EVENTS: Final = {
    DisputeStatus.INQUIRY: "payment.dispute_inquiry",
    DisputeStatus.OPEN: "payment.dispute_opened",
    DisputeStatus.WON: "payment.dispute_won",
    DisputeStatus.LOST: "payment.dispute_lost",
}


async def follow_dispute(session: AsyncSession, payment: LockedPayment, dispute: Dispute) -> None:
    """Write the dispute and book what it moved: opened takes the amount, won gives it back, lost is the shopper's.

    An inquiry moves nothing. Told by an event once a status; the caller has the payment's lock.
    """
    before = await one(session, _BEFORE, payment.row.id, dispute.reference)
    if before is not None and _is_same(before, dispute):
        return
    id_ = new_id("paydsp") if before is None else before.id
    words = _words(dispute, payment.row.currency_code)
    values = (dispute.reference, dispute.amount, dispute.status, dispute.reason, dispute.respond_by, words)
    await run(session, _WRITE, id_, payment.row.id, *values)
    await _book(session, payment, id_, dispute)
    if before is None or before.status != dispute.status:
        await emit(session, (EVENTS[dispute.status], {"id": payment.row.id, "dispute_id": id_}))


async def _book(session: AsyncSession, payment: LockedPayment, id_: str, dispute: Dispute) -> None:
    entries = await run(session, _ENTRIES, id_)
    flows: Flows = {(entry.debit, entry.credit): entry.amount for entry in entries}
    is_open, is_lost = dispute.status is DisputeStatus.OPEN, dispute.status is DisputeStatus.LOST
    bookings = to_dispute(
        flows, with_bank=dispute.amount if is_open else ZERO, lost=dispute.amount if is_lost else ZERO
    )
    if not bookings:
        return
    booked: int = await value(session, _BOOKED, id_)
    await book_payment(session, payment.source(f"{id_}:{booked + 1}"), bookings)
    gone = EXACT.subtract(dispute.amount if is_lost else ZERO, total("refunded", flows))
    if gone != ZERO:
        await _transact(session, payment, f"{id_}:{booked + 1}", gone)


async def _transact(session: AsyncSession, payment: LockedPayment, fact: str, gone: Decimal) -> None:
    order_id, reference = payment.row.order_id, "dispute_lost" if gone > ZERO else "dispute_won"
    values = (new_id("ordtrx"), order_id, EXACT.minus(gone), payment.row.currency_code, reference, fact)
    await run(session, _TRANSACT, *values)
    await derive_summary(session, order_id)


def _is_same(row: Row[Any], dispute: Dispute) -> bool:
    told = (dispute.status, dispute.amount, dispute.reason)
    return (row.status, row.amount, row.reason) == told and row.respond_by == dispute.respond_by


def _words(dispute: Dispute, currency_code: str) -> str | None:
    """Return why a person should act, None once it is decided."""
    if dispute.status not in {DisputeStatus.INQUIRY, DisputeStatus.OPEN}:
        return None
    what = "asks about" if dispute.status is DisputeStatus.INQUIRY else "disputes"
    due = f" Evidence is due by {dispute.respond_by:%Y-%m-%d %H:%M} UTC." if dispute.respond_by else ""
    why = f" ({dispute.reason})" if dispute.reason else ""
    return f"The shopper's bank {what} {to_number(dispute.amount)} {currency_code}{why}: answer at the provider.{due}"


_BEFORE: Final = """
SELECT id, status, amount, reason, respond_by FROM payment_dispute WHERE payment_id = $1 AND provider_reference = $2
"""
_WRITE: Final = """
INSERT INTO payment_dispute (id, payment_id, provider_reference, amount, status, reason, respond_by, attention)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (payment_id, provider_reference) DO UPDATE SET amount = $4, status = $5, reason = $6, respond_by = $7,
  attention = $8, updated_at = now()
"""
_ENTRIES: Final = """
SELECT debit, credit, sum(amount) AS amount FROM ledger_entry WHERE starts_with(source_id, $1 || ':') GROUP BY 1, 2
"""
_BOOKED: Final = "SELECT count(DISTINCT source_id) FROM ledger_entry WHERE starts_with(source_id, $1 || ':')"
_TRANSACT: Final = """
INSERT INTO order_transaction (id, order_id, version, amount, currency_code, reference, reference_id)
SELECT $1, o.id, o.version, $3, $4, $5, $6 FROM "order" o WHERE o.id = $2
"""
