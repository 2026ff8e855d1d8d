"""Free what a payment still holds: the wish, and the commit after the provider did it (contract section 14)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import freed, total
from kit.db import run
from kit.decimals import ZERO
from kit.errors import conflict, invalid_data
from kit.outbox import emit
from operations.book_payment import book_payment
from operations.lock_payment import lock_payment


async def ask_cancel(session: AsyncSession, payment_id: str) -> None:
    """Commit that the payment is being canceled, and ask for the workflow that does it; asked again: nothing.

    From then on nothing more is captured of it. Errors: `not_found`; `invalid_data` when it is captured wholly;
    `conflict` while a capture is under way.
    """
    payment = await lock_payment(session, payment_id)
    if payment.row.canceling_at is not None or payment.row.canceled_at is not None:
        return
    if payment.row.captured_at is not None:
        raise invalid_data(f"The payment: {payment_id} has been captured; its money can be refunded.")
    if payment.row.pending_captures > ZERO:
        raise conflict(f"The payment: {payment_id} is being captured. Try again in a few seconds.")
    await run(session, _CANCELING, payment_id)
    await emit(session, ("start.cancel-payment", {"payment_id": payment_id}))


async def is_canceling(session: AsyncSession, payment_id: str) -> bool:
    """Tell whether the payment is being canceled: asked for, and not done or given up."""
    row = (await lock_payment(session, payment_id)).row
    return row.canceling_at is not None and row.canceled_at is None


async def finish_cancel(session: AsyncSession, payment_id: str, amount: Decimal, *, note: str | None = None) -> bool:
    """Record that `amount` of what was held is the shopper's again; False when that was recorded before.

    `note`: a person saw to all of it, and says how. Never more than the books have as held.
    """
    payment = await lock_payment(session, payment_id)
    if payment.row.canceled_at is not None:
        return False
    await run(session, _CANCELED, payment_id)
    there = total("held", payment.flows)
    amount = there if note is not None else min(amount, there)
    await book_payment(session, payment.source(f"{payment_id}:canceled", note), freed(amount))
    return True


async def give_up_cancel(session: AsyncSession, payment_id: str) -> None:
    """Leave the payment as it is, because a person says so: the provider did nothing."""
    await lock_payment(session, payment_id)
    await run(session, _GIVEN_UP, payment_id)


async def next_cancel_key(session: AsyncSession, payment_id: str) -> None:
    """Commit to the next key of the payment's cancel: the present one had no effect, and never will."""
    await run(session, _NEXT, payment_id)


_CANCELING: Final = "UPDATE payment SET canceling_at = now(), updated_at = now() WHERE id = $1"
_CANCELED: Final = """
UPDATE payment SET canceled_at = now(), canceling_at = coalesce(canceling_at, now()), updated_at = now() WHERE id = $1
"""
_GIVEN_UP: Final = "UPDATE payment SET canceling_at = NULL, updated_at = now() WHERE id = $1 AND canceled_at IS NULL"
_NEXT: Final = "UPDATE payment SET key_number = key_number + 1, updated_at = now() WHERE id = $1"
