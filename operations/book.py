"""Append entries to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import Booking
from kit.db import run
from kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Source:
    """The fact that caused entries: `id` names it once and for all, so that it is booked once."""

    id: str
    session_id: str | None
    provider_id: str | None
    currency_code: str
    order_id: str | None = None
    note: str | None = None


async def book(session: AsyncSession, source: Source, bookings: Sequence[Booking]) -> None:
    """Write the bookings; an IntegrityError when the same fact was booked before.

    Money of an order is booked by `book_payment`, which brings its collection up to it.
    """
    if bookings:
        await run(session, INSERT, *columns(source, bookings))


def columns(source: Source, bookings: Sequence[Booking]) -> tuple[object, ...]:
    """Return the parameters of INSERT."""
    return (
        [new_id("ledger") for _ in bookings],
        [booking.debit for booking in bookings],
        [booking.credit for booking in bookings],
        [booking.amount for booking in bookings],
        source.order_id,
        source.session_id,
        source.provider_id,
        source.currency_code,
        source.id,
        source.note,
    )


INSERT: Final = """
INSERT INTO ledger_entry (id, debit, credit, amount, order_id, payment_session_id, provider_id, currency_code,
  source_id, note)
SELECT x.id, x.debit, x.credit, x.amount, $5, $6, $7, $8, $9, $10
FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[]) AS x(id, debit, credit, amount)
"""
