"""Captures, refunds and cancels at PayPal.

Each asks first what is there under its key, and sends the wish only if nothing is: a key that PayPal may have forgotten
is never sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from commerce.payment.movements import Movement, MovementStatus
from commerce.payment.port import ZERO, Declined, PaymentRequest, PaymentResult, ProviderError, Refused, Unknown
from providers.paypal import keys
from providers.paypal.amounts import money
from providers.paypal.calls import PayPalCalls
from providers.paypal.orders import PART, Authorization, Order, Taken, as_taken, movement_of, with_reauthorisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one capture gives to a refund; a refund larger than any capture is spread over several."""

    capture_id: str
    key: str
    amount: Decimal


async def capture(calls: PayPalCalls, request: PaymentRequest) -> PaymentResult:
    """Take part or all of what is held, from an authorisation that PayPal vouches for, if it can be had."""
    order = await _order(calls, request)
    done = _under(order.capture_movements(), request.key)
    if done is not None:
        return _result(order, done)
    _check_age(request)
    if order.authorization is None:
        raise Refused("This PayPal order holds nothing that could be captured.")
    order, authorization = await _vouched(calls, order, order.authorization)
    answer = await calls.capture(authorization.id, request.key, request.amount, request.currency_code)
    if answer.is_ok:
        return _result(order, movement_of([as_taken(answer.body)], request.key))
    done = _under((await _order(calls, request)).capture_movements(), request.key)
    if done is None:
        raise answer.problem.as_error()
    return _result(order, done)


async def refund(calls: PayPalCalls, request: PaymentRequest) -> PaymentResult:
    """Give back part or all of what was taken; the result's amount is less when PayPal gave back only some of it."""
    order = await _order(calls, request)
    done = await _refunded(calls, order, request.key, request.amount, request)
    return _result(order, done)


async def refund_all(calls: PayPalCalls, order: Order) -> None:
    """Give back whatever was taken for a session."""
    key = f"release:{order.session_id}"
    taken = [one for one in order.captures if one.outcome is MovementStatus.DONE]
    amount = sum((order.refundable(one, key) for one in taken), ZERO)
    if amount > ZERO:
        await _refunded(calls, order, key, amount, None)


async def cancel(calls: PayPalCalls, request: PaymentRequest) -> PaymentResult:
    """Free the rest of what is held; a re-authorisation goes with the authorisation that it renewed."""
    order = await _order(calls, request)
    if order.authorization is not None and order.authorization.is_open:
        answer = await calls.void(order.authorizations[0].id)
        order = await _order(calls, request)
        if order.authorization is not None and order.authorization.is_open:
            raise Unknown("The PayPal authorisation is still open.") if answer.is_ok else answer.problem.as_error()
    return PaymentResult(amount=order.voided, data=order.as_data())


def spread(order: Order, key: str, amount: Decimal) -> list[Part]:
    """Return which capture gives how much, the same at every repetition; Declined when there is not enough."""
    taken = [one for one in order.captures if one.outcome is MovementStatus.DONE]
    left = {one.id: order.refundable(one, key) for one in taken}
    enough = next((id_ for id_, rest in left.items() if rest >= amount), None)
    if enough is not None:
        return [Part(capture_id=enough, key=key, amount=amount)]
    parts: list[Part] = []
    for id_, rest in left.items():
        share = min(rest, amount - sum((part.amount for part in parts), ZERO))
        if share > ZERO:
            part_key = f"{key}{PART}{len(parts) + 1}" if parts else key
            parts.append(Part(capture_id=id_, key=part_key, amount=share))
    if sum((part.amount for part in parts), ZERO) != amount:
        raise Declined(f"PayPal can give back {sum(left.values(), ZERO):f} of this payment, and no more.")
    return parts


async def _refunded(
    calls: PayPalCalls, order: Order, key: str, amount: Decimal, request: PaymentRequest | None
) -> Movement:
    made = [one for one in order.refunds if order.refund_key(one) == key]
    by_key = {one.invoice: one for one in made}
    if request is not None and not made:
        _check_age(request)
    done: list[Taken] = []
    for part in spread(order, key, amount):
        there = by_key.get(part.key) or await _given_back(calls, order, part)
        if isinstance(there, Taken):
            done.append(there)
        elif not done:
            raise there
        else:
            break  # what was given back is told; the rest is the difference
    return movement_of(done, key)


async def _given_back(calls: PayPalCalls, order: Order, part: Part) -> Taken | ProviderError:
    """Return the refund of one capture, or why there is none."""
    amount = money(part.amount, order.currency_code)
    answer = await calls.refund(part.capture_id, part.key, amount, order.session_id)
    if answer.is_ok:
        return as_taken(answer.body)
    again = await calls.order(order.id)
    there = () if again is None else again.refunds
    return next((one for one in there if one.invoice == part.key), answer.problem.as_error())


async def _vouched(calls: PayPalCalls, order: Order, there: Authorization) -> tuple[Order, Authorization]:
    """Renew an authorisation whose honour period has passed; if PayPal will not, the capture itself will tell."""
    if there.is_honoured or not there.is_open or order.captures:
        return order, there
    first = order.authorizations[0]
    answer = await calls.reauthorise(first.id, there.id, there.amount, order.currency_code)
    if not answer.is_ok:
        return order, there
    renewed = with_reauthorisation(order, answer.body)
    return renewed, renewed.authorization or there


async def _order(calls: PayPalCalls, request: PaymentRequest) -> Order:
    order = await calls.order(request.reference)
    if order is None:
        raise Refused(f"PayPal does not know order {request.reference}: is this the right account?")
    return order


def _check_age(request: PaymentRequest) -> None:
    if keys.is_spent(request.key, keys.PAYMENTS):
        raise Refused("This wish is older than PayPal's memory of its key, and PayPal has nothing under that key.")


def _under(movements: tuple[Movement, ...], key: str) -> Movement | None:
    return next((one for one in movements if one.key == key), None)


def _result(order: Order, done: Movement) -> PaymentResult:
    if done.status is MovementStatus.FAILED:
        raise Declined(f"PayPal declined it ({done.reason})." if done.reason else "PayPal declined it.")
    return PaymentResult(amount=done.amount, data=order.as_data(), status=done.status, reference=done.reference)
