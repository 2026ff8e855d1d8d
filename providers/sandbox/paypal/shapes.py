"""The stand-in's records as PayPal's JSON shows them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from providers.sandbox.paypal.book import Change
from providers.sandbox.paypal.records import Authorization, Capture, Dispute, Order, Refund

MERCHANT: Final = {"email_address": "shop@example.com", "merchant_id": "MERCHANT2TEST"}
PAYER: Final = {"email_address": "shopper@example.com", "account_id": "SHQPPER2TESTS"}
UNDIVIDED: Final = frozenset({"HUF", "JPY", "TWD"})
ZERO: Final = Decimal(0)
FAILED: Final = frozenset({"DECLINED", "FAILED", "CANCELLED"})
DONE: Final = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """Return a money object."""
    return {"currency_code": currency, "value": f"{amount:.0f}" if currency in UNDIVIDED else f"{amount:.2f}"}


def total(found: Iterable[Capture | Refund], statuses: frozenset[str]) -> Decimal:
    """Return the sum of those in one of `statuses`."""
    return sum((one.amount for one in found if one.status in statuses), ZERO)


def fee(amount: Decimal, currency: str) -> Decimal:
    """Return what PayPal keeps of a capture: a fixed piece of it, at most all."""
    return min(amount, Decimal(15) if currency in UNDIVIDED else Decimal("0.35"))


def order(change: Change, one: Order, base_url: str) -> dict[str, Any]:
    """Return an order with its payments."""
    unit: dict[str, Any] = {
        "reference_id": one.reference_id,
        "amount": money(one.amount, one.currency),
        "payee": MERCHANT,
    }
    unit |= {name: text for name, text in (("custom_id", one.custom_id), ("invoice_id", one.invoice_id)) if text}
    payments = {
        "authorizations": [authorization(change, a, base_url) for a in change.of_order(Authorization, one.id)],
        "captures": [capture(change, c, base_url) for c in change.of_order(Capture, one.id)],
        "refunds": [refund(change, r, base_url) for r in change.of_order(Refund, one.id)],
    }
    shown = {name: found for name, found in payments.items() if found}
    if shown:
        unit["payments"] = shown
    body: dict[str, Any] = {
        "id": one.id,
        "intent": one.intent,
        "status": one.status,
        "purchase_units": [unit],
        "create_time": one.created,
        "links": order_links(one, base_url),
    }
    if one.status in {"APPROVED", "COMPLETED"}:
        body["payment_source"] = {"paypal": PAYER}
    return body


def order_links(one: Order, base_url: str) -> list[dict[str, str]]:
    """Return where an order is, and where the shopper approves it."""
    links = [_link(f"{base_url}/v2/checkout/orders/{one.id}", "self", "GET")]
    if one.status in {"CREATED", "PAYER_ACTION_REQUIRED"}:
        rel = "payer-action" if one.return_url or one.status == "PAYER_ACTION_REQUIRED" else "approve"
        links.append(_link(f"{base_url}/checkoutnow?token={one.id}", rel, "GET"))
    return links


def authorization(change: Change, one: Authorization, base_url: str) -> dict[str, Any]:
    """Return an authorisation."""
    paid = change.get(Order, one.order)
    return {
        "id": one.id,
        "status": one.status,
        "amount": money(one.amount, paid.currency),
        **_marks(paid.custom_id, paid.invoice_id),
        "seller_protection": {"status": "ELIGIBLE", "dispute_categories": ["ITEM_NOT_RECEIVED"]},
        "expiration_time": one.expires,
        "create_time": one.created,
        "update_time": one.created,
        "links": _links(base_url, f"authorizations/{one.id}", _order_url(base_url, paid)),
        "supplementary_data": {"related_ids": {"order_id": paid.id}},
    }


def capture(change: Change, one: Capture, base_url: str) -> dict[str, Any]:
    """Return a capture; what PayPal kept of it is known once it is done."""
    paid = change.get(Order, one.order)
    up = f"{base_url}/v2/payments/authorizations/{one.authorization}" if one.authorization else None
    related = {"order_id": paid.id} | ({"authorization_id": one.authorization} if one.authorization else {})
    body: dict[str, Any] = {
        "id": one.id,
        "status": one.status,
        "amount": money(one.amount, paid.currency),
        **_marks(paid.custom_id, one.invoice_id or paid.invoice_id),
        "final_capture": one.is_final,
        "create_time": one.created,
        "update_time": one.created,
        "links": _links(base_url, f"captures/{one.id}", up or _order_url(base_url, paid)),
        "supplementary_data": {"related_ids": related},
    }
    if one.status == "PENDING":
        body["status_details"] = {"reason": "ECHECK"}
    if one.status in DONE:
        kept = fee(one.amount, paid.currency)
        body["seller_receivable_breakdown"] = {
            "gross_amount": money(one.amount, paid.currency),
            "paypal_fee": money(kept, paid.currency),
            "net_amount": money(one.amount - kept, paid.currency),
        }
    return body


def refund(change: Change, one: Refund, base_url: str) -> dict[str, Any]:
    """Return a refund; one without an invoice of its own shows its capture's."""
    paid = change.get(Order, one.order)
    taken = change.get(Capture, one.capture)
    return {
        "id": one.id,
        "status": one.status,
        "amount": money(one.amount, paid.currency),
        **_marks(one.custom_id or paid.custom_id, one.invoice_id or taken.invoice_id or paid.invoice_id),
        "create_time": one.created,
        "update_time": one.created,
        "links": _links(base_url, f"refunds/{one.id}", f"{base_url}/v2/payments/captures/{one.capture}"),
        **({"status_details": {"reason": "ECHECK"}} if one.status == "PENDING" else {}),
    }


def dispute(change: Change, one: Dispute, base_url: str) -> dict[str, Any]:
    """Return a dispute as PayPal's Disputes API and its events show it."""
    paid = change.get(Order, one.order)
    taken = change.get(Capture, one.capture)
    body: dict[str, Any] = {
        "dispute_id": one.id,
        "create_time": one.created,
        "update_time": text_of(change),
        "disputed_transactions": [
            {
                "seller_transaction_id": taken.id,
                "gross_amount": money(taken.amount, paid.currency),
                "custom": paid.custom_id,
                "invoice_number": taken.invoice_id or paid.invoice_id,
            }
        ],
        "reason": one.reason,
        "status": one.status,
        "dispute_amount": money(one.amount, paid.currency),
        "dispute_life_cycle_stage": one.stage,
        "seller_response_due_date": one.respond_by,
        "links": [_link(f"{base_url}/v1/customer/disputes/{one.id}", "self", "GET")],
    }
    if one.outcome:
        body["dispute_outcome"] = {"outcome_code": one.outcome, "amount_refunded": money(one.amount, paid.currency)}
    return body


def text_of(change: Change) -> str:
    """Return the request's moment."""
    return change.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def minimal(body: dict[str, Any]) -> dict[str, Any]:
    """Return what PayPal answers without `Prefer: return=representation`."""
    return {name: body[name] for name in ("id", "status", "links") if name in body}


def _marks(custom_id: str, invoice_id: str) -> dict[str, str]:
    return {name: text for name, text in (("custom_id", custom_id), ("invoice_id", invoice_id)) if text}


def _order_url(base_url: str, one: Order) -> str:
    return f"{base_url}/v2/checkout/orders/{one.id}"


def _links(base_url: str, path: str, up: str) -> list[dict[str, str]]:
    return [_link(f"{base_url}/v2/payments/{path}", "self", "GET"), _link(up, "up", "GET")]


def _link(href: str, rel: str, method: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "method": method}
