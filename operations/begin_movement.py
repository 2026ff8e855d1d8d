"""Commit the wish to take or give back money, and its key, before the provider is called (docs/money-out.md)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import refundable, total
from commerce.payment.models import Capture, MoneyState, Refund
from kit.db import run, save, value
from kit.decimals import EXACT, ZERO, rho, to_number
from kit.errors import invalid_data
from kit.money import Currency
from kit.outbox import tell
from operations.lock_payment import LockedPayment, lock_payment

TOO_MUCH: Final = "You cannot capture more than the authorized amount substracted by what is already captured."
TOO_MUCH_BACK: Final = "You are not allowed to refund more than the captured amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for: `amount` None is the whole payment (contract section 14); `id` is the row's to be.

    `exact`: the providers that take any number of decimals.
    """

    id: str
    payment_id: str
    amount: Decimal | None = None
    created_by: str | None = None
    exact: Collection[str] = ()


async def begin_capture(session: AsyncSession, wish: Wish) -> MoneyState | None:
    """Write the capture as pending and return where it stands; None when there is nothing left to capture: told again.

    Asked again with the same id: a capture that failed gets its next key, any other stays as it is. Errors:
    `not_found`; `invalid_data` for a canceled payment, for more than is left, and for an amount that the currency
    cannot express.
    """
    payment = await lock_payment(session, wish.payment_id)
    state = await value(session, "SELECT state FROM capture WHERE id = $1", wish.id)
    if state in {MoneyState.PENDING, MoneyState.DONE}:
        return MoneyState(state)
    if payment.row.canceled_at is not None or payment.row.canceling_at is not None:
        raise invalid_data(f"The payment: {wish.payment_id} has been canceled.")
    if payment.row.captured_at is not None:
        await tell(session, "payment.captured", wish.payment_id)
        return None
    amount = _amount(payment, wish, left_to_capture(payment), TOO_MUCH)
    if state is None:
        row = Capture(id=wish.id, amount=amount, payment_id=wish.payment_id, created_by=wish.created_by)
        await save(session, row)
    else:
        await run(session, _AGAIN.format(table="capture"), wish.id)
    return MoneyState.PENDING


async def begin_refund(session: AsyncSession, wish: Wish, *, reason_id: str | None, note: str | None) -> MoneyState:
    """Write the refund as pending and return where it stands; asked again with the same id, as `begin_capture`.

    Errors: `not_found`, also of the reason; `invalid_data` for more than was taken and not given back or disputed, and
    for an amount that the currency cannot express.
    """
    payment = await lock_payment(session, wish.payment_id)
    state = await value(session, "SELECT state FROM refund WHERE id = $1", wish.id)
    if state in {MoneyState.PENDING, MoneyState.DONE}:
        return MoneyState(state)
    amount = _amount(payment, wish, left_to_refund(payment), TOO_MUCH_BACK)
    if state is None:
        named = {"refund_reason_id": reason_id, "note": note, "created_by": wish.created_by}
        await save(session, Refund(id=wish.id, amount=amount, payment_id=wish.payment_id, **named))
    else:
        await run(session, _AGAIN.format(table="refund"), wish.id)
    return MoneyState.PENDING


def left_to_capture(payment: LockedPayment) -> Decimal:
    """Return what may still be taken: authorised and neither fallen back, nor taken, nor asked for."""
    there = EXACT.subtract(total("authorized", payment.flows), total("freed", payment.flows))
    spoken_for = EXACT.add(total("captured", payment.flows), payment.row.pending_captures)
    return max(ZERO, EXACT.subtract(min(there, payment.row.amount), spoken_for))


def left_to_refund(payment: LockedPayment) -> Decimal:
    """Return what may still be given back: taken and neither given back, nor disputed, nor asked for."""
    return max(ZERO, EXACT.subtract(refundable(payment.flows), payment.row.pending_refunds))


def _amount(payment: LockedPayment, wish: Wish, left: Decimal, too_much: str) -> Decimal:
    amount: Decimal = payment.row.amount if wish.amount is None else wish.amount
    if amount > left:
        raise invalid_data(too_much)
    currency = Currency(payment.row.currency_code, payment.row.decimal_digits)
    if payment.row.provider_id not in wish.exact and rho(amount, currency.unit) != amount:
        raise invalid_data(f"{to_number(amount)} {currency.code} is not an amount of this currency")
    return amount


_AGAIN: Final = """
UPDATE {table} SET state = 'pending', deleted_at = NULL, key_number = key_number + 1, keyed_at = now(),
  provider_reference = NULL, updated_at = now()
WHERE id = $1 AND state = 'failed'
"""
