"""The stand-in's pages: a dashboard with what shopper and merchant may do, and the bank's question of 3-D Secure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from html import escape
from typing import Final

from providers.sandbox.page import page
from providers.sandbox.stripe.problems import Json
from providers.sandbox.stripe.store import DIGITS

CARDS: Final = {
    "pm_card_visa": "Visa 4242, a good card",
    "pm_card_mastercard": "Mastercard 4444, a good card",
    "pm_card_chargeDeclined": "Visa 0002, declined",
    "pm_card_chargeDeclinedInsufficientFunds": "Visa 9995, not enough money",
    "pm_card_threeDSecure2Required": "Visa 3220, the bank asks (3-D Secure)",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "Visa 9995, the bank asks and then declines",
    "pm_card_createDispute": "Visa 0259, disputed as soon as it is captured",
    "pm_card_pendingRefund": "Visa 7726, its refunds wait",
    "pm_card_refundFail": "Visa 5126, its refunds fail later",
    "pm_usBankAccount_success": "A bank account, whose payment takes a while",
}
_TITLE: Final = "Stripe's dashboard, a stand-in"
_NOTE: Final = "<p>No real money moves here. What you do is told to the shop by webhooks, as Stripe would.</p>"
_BUTTONS: Final[Mapping[str, tuple[str, ...]]] = {
    "requires_payment_method": ("confirm", "cancel"),
    "requires_confirmation": ("confirm", "cancel"),
    "requires_action": ("cancel",),
    "processing": ("settle",),
    "requires_capture": ("capture", "cancel", "expire"),
    "succeeded": ("refund", "dispute"),
}
_REFUND_BUTTONS: Final[Mapping[str, tuple[str, ...]]] = {"pending": ("succeed", "fail"), "succeeded": ("fail",)}
_DISPUTE_BUTTONS: Final[Mapping[str, tuple[str, ...]]] = {
    "needs_response": ("won", "lost"),
    "under_review": ("won", "lost"),
    "warning_needs_response": ("closed",),
}
_WITH_AMOUNT: Final = frozenset({"capture", "refund", "dispute"})


def board(intents: Iterable[Json], refunds: Iterable[Json], disputes: Iterable[Json], said: str = "") -> str:
    """Return the dashboard, the newest intent first; `said` is what came of the last click, when it was refused."""
    things = [*refunds, *disputes]
    rows = "".join(_row(intent, [one for one in things if one["payment_intent"] == intent["id"]]) for intent in intents)
    alert = f'<p role="alert">{escape(said)}</p>' if said else ""
    return page(_TITLE, f"{_NOTE}{alert}<table>{rows or '<tr><td>No payment yet.</td></tr>'}</table>")


def challenge(intent: Json) -> str:
    """Return the page on which a bank asks its customer."""
    if intent["status"] != "requires_action":
        return page("Your bank, a stand-in", f"<p>There is nothing to decide: {escape(_words(intent['status']))}.</p>")
    choices = (("accept", "Yes, it is me"), ("refuse", "No, I did not do this"))
    forms = "".join(f'<button name="outcome" value="{outcome}">{escape(label)}</button>' for outcome, label in choices)
    return page(
        "Your bank, a stand-in",
        f"<p>Do you pay <b>{money(intent['amount'], intent['currency'])}</b>?</p>"
        f'<form method="post" action="/3ds/{escape(intent["id"])}">{forms}</form>',
    )


def money(minor: int, currency: str) -> str:
    """Return an amount as people write it."""
    return escape(f"{Decimal(minor).scaleb(-DIGITS.get(currency, 2))} {currency.upper()}")


def _row(intent: Json, things: Iterable[Json]) -> str:
    amount = money(intent["amount"], intent["currency"])
    mark = escape(str(intent["metadata"].get("session_id", "")))
    done = "<br>".join([*_progress(intent), *map(_thing, things)])
    return (
        f"<tr><td><b>{amount}</b> {escape(_words(intent['status']))}<br><small>{escape(intent['id'])}<br>{mark}</small>"
        f"</td><td>{done}</td></tr>"
    )


def _progress(intent: Json) -> Iterator[str]:
    currency = intent["currency"]
    for name, word in (("amount_received", "captured"), ("amount_capturable", "held")):
        if intent[name]:
            yield f"{word} {money(intent[name], currency)}"
    if error := intent["last_payment_error"]:
        yield escape(error["message"])
    if intent["status"] == "requires_action":
        yield f'<a href="/3ds/{escape(intent["id"])}">Decide as the shopper (3-D Secure)</a>'
    actions = list(_BUTTONS.get(intent["status"], ()))
    if intent["status"] == "requires_capture" and intent["amount_received"]:
        actions = ["capture", "refund", "dispute"]  # Stripe cancels nothing of which a part was captured
    yield "".join(_form("payment_intents", intent["id"], action) for action in actions)


def _thing(one: Json) -> str:
    if one["object"] == "refund" and one["status"] == "succeeded" and not one["balance_transaction"]:
        return f"let go {money(one['amount'], one['currency'])}"  # what was held and is not taken moved no money
    kind, buttons = ("refunds", _REFUND_BUTTONS) if one["object"] == "refund" else ("disputes", _DISPUTE_BUTTONS)
    forms = "".join(_form(kind, one["id"], action) for action in buttons.get(one["status"], ()))
    what = f"{kind[:-1]} {money(one['amount'], one['currency'])} {escape(_words(one['status']))}"
    return f"{what} <small>{escape(one['id'])}</small> {forms}"


def _form(kind: str, id_: str, action: str) -> str:
    more = '<input name="amount" placeholder="all" aria-label="amount"> ' if action in _WITH_AMOUNT else ""
    if action == "confirm":
        options = "".join(f'<option value="{token}">{escape(label)}</option>' for token, label in CARDS.items())
        more = f'<select name="payment_method" aria-label="card">{options}</select> '
    where = f"/dashboard/{kind}/{escape(id_)}/{action}"
    return f'<form method="post" action="{where}">{more}<button>{action}</button></form> '


def _words(status: str) -> str:
    return status.replace("_", " ")
