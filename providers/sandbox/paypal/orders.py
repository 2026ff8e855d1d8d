"""What may be done to the stand-in's orders: by a shop (orders v2), by the shopper on the page, by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from providers.sandbox.paypal import shapes
from providers.sandbox.paypal.book import Change, new_id, text
from providers.sandbox.paypal.problems import NotPossible
from providers.sandbox.paypal.records import Authorization, Capture, Order
from providers.sandbox.paypal.shapes import UNDIVIDED, ZERO

CURRENCIES: Final = frozenset(
    "AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN TWD NZD NOK PHP PLN GBP SGD SEK CHF THB USD".split()  # noqa: SIM905 - read as a list
)
ORDER_LIVES: Final = timedelta(hours=3)  # until it is approved, and again from then on
AUTHORIZATION_LIVES: Final = timedelta(days=29)
OPEN: Final = frozenset({"CREATED", "APPROVED", "PAYER_ACTION_REQUIRED"})


def create(change: Change, body: Mapping[str, Any]) -> Order:
    """Make an order of one purchase unit."""
    units = body.get("purchase_units")
    if body.get("intent") not in {"AUTHORIZE", "CAPTURE"} or not isinstance(units, list) or len(units) != 1:
        raise NotPossible("INVALID_PARAMETER_VALUE")
    unit = units[0]
    amount, currency = asked(unit.get("amount"), " order")
    source = (body.get("payment_source") or {}).get("paypal") or {}
    if source and change.key is None:
        raise NotPossible("PAYPAL_REQUEST_ID_REQUIRED")
    urls = source.get("experience_context") or {}
    order = Order(
        id=new_id(),
        status="PAYER_ACTION_REQUIRED" if source else "CREATED",
        intent=body["intent"],
        reference_id=str(unit.get("reference_id") or "default"),
        custom_id=str(unit.get("custom_id") or ""),
        invoice_id=str(unit.get("invoice_id") or ""),
        amount=amount,
        currency=currency,
        created=text(change.now),
        valid_until=text(change.now + ORDER_LIVES),
        return_url=str(urls.get("return_url") or ""),
        cancel_url=str(urls.get("cancel_url") or ""),
    )
    change.put(order)
    change.effect("create", order, amount)
    return order


def found(change: Change, id_: str) -> Order:
    """Return an order that PayPal still has: an unpaid one is forgotten when its time is over."""
    order = change.get(Order, id_)
    if order.status == "EXPIRED" or (order.status in OPEN and text(change.now) > order.valid_until):
        raise NotPossible("INVALID_RESOURCE_ID")
    return order


def patch(change: Change, id_: str, changes: object) -> None:
    """Change an unpaid order's intent or amount; nothing else is offered."""
    order = found(change, id_)
    if order.status not in OPEN:
        raise NotPossible("ORDER_ALREADY_COMPLETED")
    if not isinstance(changes, list) or not changes:
        raise NotPossible("MALFORMED_REQUEST_JSON")
    before = order
    for one in changes:
        order = _patched(order, one)
    change.put(order)
    # An order turned away from what it was made for is how a shop ends it: no money may come of it any more.
    change.effect("update" if order.intent == before.intent else "cancel", order, order.amount, is_keyed=False)


def approve(change: Change, id_: str, *, is_declining: bool) -> Order:
    """Do what the shopper does on PayPal's page."""
    order = found(change, id_)
    if order.status not in OPEN:
        raise NotPossible("ORDER_ALREADY_COMPLETED")
    until = text(change.now + ORDER_LIVES)
    order = replace(order, status="APPROVED", is_declining=is_declining, valid_until=until)
    change.put(order)
    return order


def pay(change: Change, id_: str, call: str, mood: str) -> Order:
    """Authorise or capture an approved order, once."""
    order = found(change, id_)
    _check_payable(change, order, call)
    if mood == "decline" or order.is_declining:
        change.put(replace(order, status="PAYER_ACTION_REQUIRED", is_declining=False))
        change.effect("word", order, ZERO, word="declined")
        raise NotPossible("INSTRUMENT_DECLINED")
    order = replace(order, status="COMPLETED")
    change.put(order)
    if call == "authorize":
        _authorize(change, order, mood)
    else:
        _capture(change, order, mood)
    return order


def asked(found_money: object, where: str = "") -> tuple[Decimal, str]:
    """Return amount and currency of a money object; NotPossible for what PayPal does not take."""
    try:
        currency, value = str(found_money["currency_code"]), Decimal(found_money["value"])  # type: ignore[index]
    except (KeyError, TypeError, InvalidOperation, ValueError) as error:
        raise NotPossible("MISSING_REQUIRED_PARAMETER") from error
    if currency not in CURRENCIES:
        raise NotPossible(f"INVALID_CURRENCY_CODE{where}")
    if not value.is_finite() or value <= 0:
        raise NotPossible("CANNOT_BE_ZERO_OR_NEGATIVE")
    if Decimal(shapes.money(value, currency)["value"]) != value:
        is_undivided = currency in UNDIVIDED and not where
        raise NotPossible("DECIMALS_NOT_SUPPORTED" if is_undivided else "DECIMAL_PRECISION")
    return value, currency


def _patched(order: Order, one: Mapping[str, Any]) -> Order:
    if one.get("op") == "replace" and one.get("path") == "/intent" and one.get("value") in {"AUTHORIZE", "CAPTURE"}:
        return replace(order, intent=one["value"])
    unit = f"/purchase_units/@reference_id=='{order.reference_id}'/amount"
    if one.get("op") != "replace" or not str(one.get("path")).startswith("/purchase_units/"):
        raise NotPossible("NOT_PATCHABLE")
    if one["path"] != unit:
        raise NotPossible("REFERENCE_ID_NOT_FOUND")
    amount, currency = asked(one.get("value"), " order")
    return replace(order, amount=amount, currency=currency)


def _check_payable(change: Change, order: Order, call: str) -> None:
    if order.status == "COMPLETED":
        raise NotPossible("ORDER_ALREADY_AUTHORIZED" if call == "authorize" else "ORDER_ALREADY_CAPTURED")
    if order.intent != call.upper():
        raise NotPossible("ACTION_DOES_NOT_MATCH_INTENT")
    if order.status != "APPROVED":
        raise NotPossible(f"ORDER_NOT_APPROVED {call}")
    others = (one for one in change.all(Order) if one.id != order.id and one.status == "COMPLETED")
    if order.invoice_id and any(one.invoice_id == order.invoice_id for one in others):
        raise NotPossible("DUPLICATE_INVOICE_ID order")


def _authorize(change: Change, order: Order, mood: str) -> None:
    status = {"pending": "PENDING", "fail": "DENIED"}.get(mood, "CREATED")
    made = Authorization(
        id=new_id(),
        order=order.id,
        status=status,
        amount=order.amount,
        created=text(change.now),
        expires=text(change.now + AUTHORIZATION_LIVES),
    )
    change.put(made)
    if status == "CREATED":
        change.effect("authorise", order, made.amount)


def _capture(change: Change, order: Order, mood: str) -> None:
    status = {"pending": "PENDING", "fail": "DECLINED"}.get(mood, "COMPLETED")
    made = Capture(
        id=new_id(),
        order=order.id,
        status=status,
        amount=order.amount,
        invoice_id="",
        created=text(change.now),
        is_final=True,
    )
    change.put(made)
    if status == "COMPLETED":
        take(change, order, made.amount)


def take(change: Change, order: Order, amount: Decimal, *, is_keyed: bool = True) -> None:
    """Note that money was taken that nobody had held before."""
    change.effect("authorise", order, amount, is_keyed=is_keyed)
    change.effect("capture", order, amount, is_keyed=is_keyed)
