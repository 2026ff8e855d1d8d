"""What may be done to money at the stand-in: by a shop (payments v2), on its dashboard, by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from providers.sandbox.paypal.book import Change, new_id, text
from providers.sandbox.paypal.orders import OPEN, asked, take
from providers.sandbox.paypal.problems import NotPossible
from providers.sandbox.paypal.records import Authorization, Capture, Dispute, Order, Refund
from providers.sandbox.paypal.shapes import DONE, FAILED, ZERO, total

HONOUR: Final = timedelta(days=3)
HELD: Final = frozenset({"CREATED", "PARTIALLY_CAPTURED"})
NO_CAPTURE: Final = {
    "VOIDED": "AUTHORIZATION_VOIDED",
    "DENIED": "AUTHORIZATION_DENIED",
    "PENDING": "TRANSACTION_REFUSED",
    "CAPTURED": "AUTHORIZATION_ALREADY_CAPTURED",
}


def rest(change: Change, authorization: Authorization) -> Decimal:
    """Return what an authorisation still has to give."""
    taken = [one for one in change.of_order(Capture, authorization.order) if one.authorization == authorization.id]
    return authorization.amount - sum((one.amount for one in taken if one.status not in FAILED), ZERO)


def capture(change: Change, id_: str, body: Mapping[str, Any], mood: str) -> Capture:
    """Take part or all of what is held."""
    there = change.get(Authorization, id_)
    order = change.get(Order, there.order)
    if there.status not in HELD or there.is_renewed:
        raise NotPossible(NO_CAPTURE.get(there.status, "TRANSACTION_REFUSED"))
    left = rest(change, there)
    amount, currency = asked(body["amount"]) if body.get("amount") else (left, order.currency)
    if currency != order.currency:
        raise NotPossible("AUTH_CAPTURE_CURRENCY_MISMATCH")
    if amount > left:
        raise NotPossible("MAX_CAPTURE_AMOUNT_EXCEEDED")
    invoice = str(body.get("invoice_id") or "")
    if invoice and any(one.invoice_id == invoice and one.status not in FAILED for one in change.all(Capture)):
        raise NotPossible("DUPLICATE_INVOICE_ID capture")
    if mood == "decline":
        raise NotPossible("PAYER_CANNOT_PAY")
    made = Capture(
        id=new_id(),
        order=order.id,
        authorization=there.id,
        status={"pending": "PENDING", "fail": "DECLINED"}.get(mood, "COMPLETED"),
        amount=amount,
        invoice_id=invoice,
        created=text(change.now),
        is_final=bool(body.get("final_capture")),
    )
    change.put(made)
    if made.status == "COMPLETED":
        change.effect("capture", order, amount)
    if made.is_final and made.status not in FAILED and amount < left:
        change.effect("void", order, left - amount, is_keyed=False)
    _settle_authorization(change, there, is_over=made.is_final and made.status not in FAILED)
    return made


def reauthorize(change: Change, id_: str, body: Mapping[str, Any], mood: str) -> Authorization:
    """Renew an authorisation whose honour period has passed."""
    there = change.get(Authorization, id_)
    order = change.get(Order, there.order)
    if there.parent:
        raise NotPossible("REAUTHORIZATION_NOT_SUPPORTED")
    newest = [one for one in change.of_order(Authorization, order.id) if not one.is_renewed][-1]
    if newest.status != "CREATED":
        raise NotPossible("AUTHORIZATION_VOIDED" if newest.status == "VOIDED" else "AUTHORIZATION_ALREADY_CAPTURED")
    if mood == "decline":
        raise NotPossible("PAYER_CANNOT_PAY")
    if change.now - datetime.fromisoformat(newest.created) < HONOUR:
        raise NotPossible("TRANSACTION_REFUSED")
    amount, _ = asked(body["amount"]) if body.get("amount") else (newest.amount, order.currency)
    made = Authorization(
        id=new_id(),
        order=order.id,
        status="CREATED",
        amount=amount,
        created=text(change.now),
        expires=there.expires,
        parent=there.id,
    )
    change.put(replace(newest, is_renewed=True))
    change.put(made)
    change.effect("void", order, newest.amount, is_keyed=False)
    change.effect("authorise", order, amount)
    return made


def void(change: Change, id_: str) -> Authorization:
    """Free what an authorisation and its renewals still hold."""
    there = change.get(Authorization, id_)
    if there.parent:
        raise NotPossible("CANNOT_BE_VOIDED")
    chain = [one for one in change.of_order(Authorization, there.order) if id_ in {one.id, one.parent}]
    newest = chain[-1]
    if newest.status not in {*HELD, "PENDING"}:
        raise NotPossible("PREVIOUSLY_CAPTURED" if newest.status == "CAPTURED" else "PREVIOUSLY_VOIDED")
    if newest.status in HELD:
        change.effect("void", change.get(Order, there.order), rest(change, newest), is_keyed=False)
    for one in chain:
        change.put(replace(one, status="VOIDED"))
    return change.get(Authorization, id_)


def refund(change: Change, id_: str, body: Mapping[str, Any], mood: str) -> Refund:
    """Give back part or all of a capture."""
    there = change.get(Capture, id_)
    order = change.get(Order, there.order)
    if there.status not in DONE:
        raise NotPossible("PENDING_CAPTURE" if there.status == "PENDING" else "REFUND_NOT_ALLOWED")
    made = [one for one in change.of_order(Refund, order.id) if one.capture == there.id]
    left = there.amount - sum((one.amount for one in made if one.status not in FAILED), ZERO)
    if left <= ZERO:
        raise NotPossible("CAPTURE_FULLY_REFUNDED")
    amount, currency = asked(body["amount"]) if body.get("amount") else (left, order.currency)
    if currency != order.currency:
        raise NotPossible("REFUND_CAPTURE_CURRENCY_MISMATCH")
    if amount > left:
        raise NotPossible("REFUND_AMOUNT_EXCEEDED")
    invoice = str(body.get("invoice_id") or "")
    if invoice and any(one.invoice_id == invoice and one.status not in FAILED for one in change.all(Refund)):
        raise NotPossible("DUPLICATE_INVOICE_ID refund")
    is_disputed = any(one.capture == id_ and one.status != "RESOLVED" for one in change.of_order(Dispute, order.id))
    if is_disputed and amount < there.amount:
        raise NotPossible("TRANSACTION_DISPUTED")
    if mood == "decline":
        raise NotPossible("REFUND_FAILED_INSUFFICIENT_FUNDS")
    given = Refund(
        id=new_id(),
        order=order.id,
        capture=there.id,
        status={"pending": "PENDING", "fail": "FAILED"}.get(mood, "COMPLETED"),
        amount=amount,
        invoice_id=invoice,
        custom_id=str(body.get("custom_id") or ""),
        created=text(change.now),
    )
    change.put(given)
    if given.status == "COMPLETED":
        _count_refund(change, given)
    return given


def decide_capture(change: Change, id_: str, *, is_good: bool) -> Capture:
    """End a pending capture."""
    there = change.get(Capture, id_)
    if there.status != "PENDING":
        raise NotPossible("INVALID_PARAMETER_VALUE")
    decided = replace(there, status="COMPLETED" if is_good else "DECLINED")
    change.put(decided)
    order = change.get(Order, there.order)
    if is_good and there.authorization:
        change.effect("capture", order, there.amount, is_keyed=False)
    elif is_good:
        take(change, order, there.amount, is_keyed=False)
    if there.authorization:
        _settle_authorization(change, change.get(Authorization, there.authorization))
    return decided


def decide_refund(change: Change, id_: str, *, is_good: bool) -> Refund:
    """End a pending refund; one that was done may fail afterwards too, and the money is ours again."""
    there = change.get(Refund, id_)
    if there.status in FAILED or (is_good and there.status != "PENDING"):
        raise NotPossible("INVALID_PARAMETER_VALUE")
    decided = replace(there, status="COMPLETED" if is_good else "FAILED")
    change.put(decided)
    if is_good:
        _count_refund(change, decided, is_keyed=False)
    elif there.status == "COMPLETED":
        change.effect("refund", change.get(Order, there.order), -there.amount, is_keyed=False)
        _settle_capture(change, there.capture)
    return decided


def expire(change: Change) -> list[Authorization]:
    """Void what is older than PayPal holds money."""
    over = [
        one
        for one in change.all(Authorization)
        if one.status in HELD and not one.is_renewed and text(change.now) >= one.expires
    ]
    for one in over:
        change.effect("void", change.get(Order, one.order), rest(change, one), is_keyed=False)
        change.put(replace(one, status="VOIDED"))
    for order in change.all(Order):
        if order.status in OPEN and text(change.now) > order.valid_until:
            change.put(replace(order, status="EXPIRED"))
            change.effect("cancel", order, ZERO, is_keyed=False)
    return over


def _settle_authorization(change: Change, there: Authorization, *, is_over: bool = False) -> None:
    left = rest(change, there)
    word = "PARTIALLY_CAPTURED" if left < there.amount else "CREATED"
    change.put(replace(there, status="CAPTURED" if is_over or left <= ZERO else word))


def _count_refund(change: Change, made: Refund, *, is_keyed: bool = True) -> None:
    change.effect("refund", change.get(Order, made.order), made.amount, is_keyed=is_keyed)
    _settle_capture(change, made.capture)


def _settle_capture(change: Change, id_: str) -> None:
    there = change.get(Capture, id_)
    back = total((one for one in change.of_order(Refund, there.order) if one.capture == id_), frozenset({"COMPLETED"}))
    word = "PARTIALLY_REFUNDED" if back else "COMPLETED"
    change.put(replace(there, status="REFUNDED" if back >= there.amount else word))
