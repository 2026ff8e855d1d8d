"""The stand-in's pages: where a shopper approves an order, and a dashboard with what a merchant may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from providers.sandbox.page import page

_CHOICES: Final = (
    ("approve", "Approve"),
    ("pay", "Approve, and let the button pay at once"),
    ("approve-badly", "Approve with a card that will be declined"),
    ("cancel", "Cancel and return"),
)
_BUTTONS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("authorizations", "CREATED"): ("capture", "void"),
    ("authorizations", "PARTIALLY_CAPTURED"): ("capture", "void"),
    ("captures", "COMPLETED"): ("refund", "dispute"),
    ("captures", "PARTIALLY_REFUNDED"): ("refund", "dispute"),
    ("captures", "PENDING"): ("complete", "deny"),
    ("refunds", "PENDING"): ("complete", "fail"),
    ("refunds", "COMPLETED"): ("fail",),
    ("disputes", "OPEN"): ("escalate", "won", "lost"),
    ("disputes", "UNDER_REVIEW"): ("won", "lost"),
}
_UNDECIDED: Final = frozenset({"CREATED", "PAYER_ACTION_REQUIRED"})
_WITH_AMOUNT: Final = frozenset({"capture", "refund", "dispute"})


def approval(order: Mapping[str, Any]) -> str:
    """Return the page on which a shopper decides about an order."""
    id_, amount = escape(order["id"]), _money(order["purchase_units"][0]["amount"])
    if order["status"] not in _UNDECIDED:
        return page("PayPal, a stand-in", f"<p>This order is {escape(order['status'].lower())}.</p>")
    forms = "".join(
        f'<p><form method="post" action="/checkoutnow/{id_}/{action}"><button>{escape(label)}</button></form></p>'
        for action, label in _CHOICES
    )
    return page("PayPal, a stand-in", f"<p>Pay <b>{amount}</b>? <small>No real money moves.</small></p>{forms}")


def done(word: str) -> str:
    """Return what a shopper sees when the shop gave no address to return to."""
    return page("PayPal, a stand-in", f"<p>{escape(word)} You can close this window.</p>")


def board(orders: Sequence[Mapping[str, Any]]) -> str:
    """Return the dashboard."""
    rows = "".join(_row(order) for order in orders) or "<tr><td>No order yet.</td></tr>"
    return page("PayPal's dashboard, a stand-in", f"<table>{rows}</table>")


def _row(order: Mapping[str, Any]) -> str:
    unit = order["purchase_units"][0]
    things = [
        _thing(kind, one)
        for kind, found in (*unit.get("payments", {}).items(), ("disputes", order["disputes"]))
        for one in found
    ]
    mark = escape(unit.get("custom_id", ""))
    if order["status"] in _UNDECIDED:
        things = [f'<a href="/checkoutnow?token={escape(order["id"])}">Decide as the shopper</a>']
    return (
        f"<tr><td><b>{_money(unit['amount'])}</b> {escape(order['status'].lower())}<br>"
        f"<small>{escape(order['id'])}<br>{mark}</small></td><td>{'<br>'.join(things)}</td></tr>"
    )


def _thing(kind: str, one: Mapping[str, Any]) -> str:
    id_ = one.get("id") or one["dispute_id"]
    amount = _money(one.get("amount") or one["dispute_amount"])
    forms = "".join(
        f'<form method="post" action="/dashboard/{kind}/{escape(id_)}/{action}">'
        f"{'<input name=amount placeholder=all> ' if action in _WITH_AMOUNT else ''}<button>{action}</button></form>"
        for action in _BUTTONS.get((kind, one["status"]), ())
    )
    return f"{kind[:-1]} {amount} {escape(one['status'].lower())} <small>{escape(id_)}</small> {forms}"


def _money(found: Mapping[str, str]) -> str:
    return escape(f"{found['value']} {found['currency_code']}")
