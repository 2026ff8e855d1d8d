"""What people do without the API: the shopper on PayPal's page, the merchant and PayPal on the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from providers.sandbox.paypal import news, orders, payments, shapes
from providers.sandbox.paypal.book import Change, new_id, text
from providers.sandbox.paypal.problems import NotPossible
from providers.sandbox.paypal.records import Authorization, Capture, Dispute, Order

RESPONSE_DAYS: Final = timedelta(days=10)
Action = Callable[[Change, str, Mapping[str, Any], str], None]


def _approve(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
    news.approved(change, orders.approve(change, id_, is_declining=False), base_url)


def _approve_badly(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
    news.approved(change, orders.approve(change, id_, is_declining=True), base_url)


def _cancel(change: Change, id_: str, _: Mapping[str, Any], __: str) -> None:
    orders.found(change, id_)  # the shopper went back; the order stays as it was


def _pay_in_browser(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
    """Do what a storefront's button does with `actions.order.authorize()` or `.capture()`."""
    order = orders.approve(change, id_, is_declining=False)
    news.approved(change, order, base_url)
    news.paid(change, orders.pay(change, id_, order.intent.lower(), "calm"), base_url)


def _refund(change: Change, id_: str, body: Mapping[str, Any], base_url: str) -> None:
    order = change.get(Order, change.get(Capture, id_).order)
    amount = {"amount": {"currency_code": order.currency, "value": str(body["amount"])}} if body.get("amount") else {}
    news.refunded(change, payments.refund(change, id_, amount, "calm"), base_url)


def _capture(change: Change, id_: str, body: Mapping[str, Any], base_url: str) -> None:
    order = change.get(Order, change.get(Authorization, id_).order)
    amount = {"amount": {"currency_code": order.currency, "value": str(body["amount"])}} if body.get("amount") else {}
    news.captured(change, payments.capture(change, id_, amount, "calm"), base_url)


def _void(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
    news.authorised(change, payments.void(change, id_), base_url)


def _complete_capture(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
    news.captured(change, payments.decide_capture(change, id_, is_good=True), base_url)


def _deny_capture(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
    news.captured(change, payments.decide_capture(change, id_, is_good=False), base_url)


def _complete_refund(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
    news.refunded(change, payments.decide_refund(change, id_, is_good=True), base_url)


def _fail_refund(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
    news.refunded(change, payments.decide_refund(change, id_, is_good=False), base_url)


def _dispute(change: Change, id_: str, body: Mapping[str, Any], base_url: str) -> None:
    taken = change.get(Capture, id_)
    order = change.get(Order, taken.order)
    asked = {"currency_code": order.currency, "value": str(body.get("amount") or taken.amount)}
    made = Dispute(
        id=f"PP-D-{new_id()[:6]}",
        order=order.id,
        capture=taken.id,
        status="OPEN",
        stage=str(body.get("stage") or "CHARGEBACK"),
        amount=orders.asked(asked)[0],
        created=text(change.now),
        respond_by=text(change.now + RESPONSE_DAYS),
    )
    change.put(made)
    change.effect("word", order, made.amount, is_keyed=False, word=f"dispute {made.id}")
    news.disputed(change, made, "CREATED", base_url)


def _escalate(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
    made = replace(change.get(Dispute, id_), stage="CHARGEBACK", status="UNDER_REVIEW")
    change.put(made)
    news.disputed(change, made, "UPDATED", base_url)


def _decide(outcome: str) -> Action:
    def decided(change: Change, id_: str, _: Mapping[str, Any], base_url: str) -> None:
        there = change.get(Dispute, id_)
        if there.status == "RESOLVED":
            raise NotPossible("INVALID_PARAMETER_VALUE")
        made = replace(there, status="RESOLVED", outcome=outcome)
        change.put(made)
        order = change.get(Order, made.order)
        change.effect("word", order, made.amount, is_keyed=False, word=f"dispute {made.id} {outcome}")
        news.disputed(change, made, "RESOLVED", base_url)

    return decided


ACTIONS: Final[dict[tuple[str, str], Action]] = {
    ("orders", "approve"): _approve,
    ("orders", "approve-badly"): _approve_badly,
    ("orders", "cancel"): _cancel,
    ("orders", "pay"): _pay_in_browser,
    ("authorizations", "capture"): _capture,
    ("authorizations", "void"): _void,
    ("captures", "refund"): _refund,
    ("captures", "complete"): _complete_capture,
    ("captures", "deny"): _deny_capture,
    ("captures", "dispute"): _dispute,
    ("refunds", "complete"): _complete_refund,
    ("refunds", "fail"): _fail_refund,
    ("disputes", "escalate"): _escalate,
    ("disputes", "won"): _decide("RESOLVED_SELLER_FAVOUR"),
    ("disputes", "lost"): _decide("RESOLVED_BUYER_FAVOUR"),
}


def overview(change: Change, base_url: str) -> list[dict[str, Any]]:
    """Return every order with its disputes, the newest first."""
    found = [shapes.order(change, one, base_url) for one in change.all(Order)]
    for one in found:
        disputes = change.of_order(Dispute, one["id"])
        one["disputes"] = [shapes.dispute(change, dispute, base_url) for dispute in disputes]
    return found[::-1]
