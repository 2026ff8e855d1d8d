"""Let go of a session at PayPal, with proof.

PayPal cancels no order. What proves that an order will never be paid:
- **Ended by us.** Only `authorize` or `capture`, the call that the order was made for, can move its money, and only
  while the order's `intent` says so. We turn the intent around (PATCH); a call of ours that is still in flight is then
  refused, whatever the shopper approves. That it is turned and unpaid is read from PayPal afterwards.
- **Paid, and given back.** An order is paid at most once. A void or a refund of all of it is final.
- **Gone.** PayPal forgets an order that nobody approved within hours, and what it forgot cannot be paid. It counts once
  the session is older than PayPal's keys, and not if the session's own row says that money was there: then these are
  the credentials of another account.
- **Never known.** A session without reference was never shown to anybody, and an order is approved by its id alone.
  Whether PayPal made one, or makes one yet, does not matter then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commerce.payment.port import Declined, Refused, ReleaseResult, SessionRequest, Unknown
from providers.paypal import keys
from providers.paypal.calls import PayPalCalls
from providers.paypal.client import Answer
from providers.paypal.money_out import refund_all
from providers.paypal.orders import Order


async def release(calls: PayPalCalls, request: SessionRequest) -> ReleaseResult:
    """Return the proof; Unknown when there is none yet, Refused when a person must look."""
    if request.reference is None:
        return ReleaseResult(reference=None)
    order = await calls.order(request.reference)
    if order is not None and not order.has_payments:
        order = await _ended(calls, order)
    if order is not None and order.has_payments:
        order = await _given_back(calls, order)
    if order is None:
        return _gone(request, request.reference)
    return ReleaseResult(reference=order.id, voided=order.voided, refunded=order.refunded)


def was_paid(data: Mapping[str, Any]) -> bool:
    """Tell whether a session's data, which was PayPal's answer, speaks of money."""
    return bool(data.get("authorization_id") or data.get("capture_id"))


def is_gone(request: SessionRequest) -> bool:
    """Tell whether an order that PayPal does not know can never be paid."""
    return keys.is_spent(request.session_id, keys.ORDERS) and not was_paid(request.data)


async def _ended(calls: PayPalCalls, order: Order) -> Order | None:
    """Make the order unpayable, unless a payment was faster; None when PayPal has forgotten it."""
    if order.is_ended:
        return order
    answer = await calls.end(order)
    after = await calls.order(order.id)
    if after is None or after.is_ended or after.has_payments:
        return after
    # An order that cannot be changed just now is forgotten by PayPal within hours, so this ends by itself.
    raise Unknown("The PayPal order is not proven to be ended yet." if answer.is_ok else answer.problem.text)


async def _given_back(calls: PayPalCalls, order: Order) -> Order:
    answer = None
    if any(one.is_open or one.status == "PENDING" for one in order.authorizations):
        answer = await calls.void(order.authorizations[0].id)
        order = await _again(calls, order)
    if order.captured > order.refunded:
        try:
            await refund_all(calls, order)
        except Declined as error:
            raise Refused(error.message) from error
        order = await _again(calls, order)
    if order.held or order.is_pending or order.captured > order.refunded:
        raise _unproven(answer)
    return order


async def _again(calls: PayPalCalls, order: Order) -> Order:
    found = await calls.order(order.id)
    if found is None:
        raise Unknown("PayPal does not know an order that was paid.")
    return found


def _gone(request: SessionRequest, reference: str) -> ReleaseResult:
    if was_paid(request.data):
        raise Refused(f"PayPal does not know order {reference}, which was paid: is this the right account?")
    if not is_gone(request):
        raise Unknown("PayPal does not know the order; whether it still may is known once its keys have ended.")
    return ReleaseResult(reference=reference)


def _unproven(answer: Answer | None) -> Exception:
    if answer is not None and not answer.is_ok:
        return answer.problem.as_error()
    return Unknown("The money is not proven to be released yet.")
