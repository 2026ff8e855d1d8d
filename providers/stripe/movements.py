"""Refunds and disputes of one payment intent, as Stripe has them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeVar

import stripe

from commerce.payment.movements import Dispute, DisputeStatus, Movement, MovementStatus
from commerce.payment.port import ZERO
from providers.stripe.amounts import in_major
from providers.stripe.answers import settled
from providers.stripe.client import StripeConnection
from providers.stripe.intents import Intent, noted, understood

T = TypeVar("T", bound=stripe.StripeObject)

PAGE: Final = 100
KEY: Final = "key"
"""The name in a refund's metadata under which our key stands."""

REFUNDS: Final = {
    "pending": MovementStatus.PENDING,
    "requires_action": MovementStatus.PENDING,
    "succeeded": MovementStatus.DONE,
    "failed": MovementStatus.FAILED,
    "canceled": MovementStatus.FAILED,
}
DISPUTES: Final = {
    "warning_needs_response": DisputeStatus.INQUIRY,
    "warning_under_review": DisputeStatus.INQUIRY,
    "warning_closed": DisputeStatus.WON,
    "prevented": DisputeStatus.WON,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}
"""Every other word is an open one: needs_response, under_review, the appeals, and what Stripe may yet think of."""


async def refunds_and_disputes(
    connection: StripeConnection, intent: Intent
) -> tuple[tuple[Movement, ...], tuple[Dispute, ...]]:
    """Return what became of what was taken; nothing was, no call is made."""
    if not intent.captured:
        return (), ()
    return await asyncio.gather(refunds_of(connection, intent), _disputes_of(connection, intent))


async def refunds_of(connection: StripeConnection, intent: Intent) -> tuple[Movement, ...]:
    """Return the refunds of what was taken, the oldest first."""
    found = await every(connection.v1.refunds.list_async({"payment_intent": intent.id, "limit": PAGE}))
    with understood():
        return tuple(_refund(one) for one in reversed(found) if not _is_the_rest(one, intent))


async def _disputes_of(connection: StripeConnection, intent: Intent) -> tuple[Dispute, ...]:
    found = await every(connection.v1.disputes.list_async({"payment_intent": intent.id, "limit": PAGE}))
    with understood():
        return tuple(_dispute(one) for one in reversed(found))


def sum_of(movements: Sequence[Movement], *statuses: MovementStatus) -> Decimal:
    """Return the sum of what is in one of `statuses`."""
    return sum((one.amount for one in movements if one.status in statuses), ZERO)


def read_refund(found: stripe.Refund) -> Movement:
    """Return one refund; Unknown when it cannot be understood."""
    with understood():
        return _refund(found)


async def every(page: Awaitable[stripe.ListObject[T]]) -> list[T]:
    """Return what is on a list's first page and all that follow it, the newest first as Stripe lists it."""

    async def turned() -> list[T]:
        return [one async for one in (await page).auto_paging_iter()]

    return await settled(turned())


def _refund(found: stripe.Refund) -> Movement:
    return Movement(
        reference=found.id,
        amount=in_major(found.amount, found.currency),
        status=REFUNDS.get(found.status or "", MovementStatus.PENDING),
        key=noted(found.metadata).get(KEY),
        at=datetime.fromtimestamp(found.created, UTC),
        reason=getattr(found, "failure_reason", None),
    )


def _is_the_rest(found: stripe.Refund, intent: Intent) -> bool:
    """Tell whether this is how Stripe shows the part of an authorisation that was not captured: no money moved."""
    if found.reason == "expired_uncaptured_charge":
        return True
    is_ours = KEY in noted(found.metadata)
    amount = in_major(found.amount, found.currency)
    return not is_ours and found.balance_transaction is None and amount == intent.voided


def _dispute(found: stripe.Dispute) -> Dispute:
    due_by = found.evidence_details.due_by
    return Dispute(
        reference=found.id,
        amount=in_major(found.amount, found.currency),
        status=DISPUTES.get(found.status, DisputeStatus.OPEN),
        reason=found.reason,
        respond_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
    )
