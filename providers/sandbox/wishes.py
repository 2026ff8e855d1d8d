"""What a request may do to an intent: the effects it asks for, or why its state forbids them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ulid import ULID

from providers.sandbox.intents import ZERO, Intent, Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One effect that a request asks for, before it has an id, a key and a time."""

    kind: str
    amount: Decimal = ZERO
    word: str = ""
    ref: str = ""


class NotPossible(Exception):  # noqa: N818 - it is an answer, not a fault
    """The intent's state forbids the request (HTTP 400)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


WORDS: Final = {
    "decline": "error",
    "requires_more": "requires_more",
    "pending": "pending",
    "pending_authorization": "pending_authorization",
}


def authorise(intent: Intent, mood: str) -> list[Step]:
    """Hold the whole amount. A cancelled intent never holds anything: a cancel is final, whatever lands later."""
    if intent.word == "canceled":
        raise NotPossible("intent_canceled", "This intent was canceled and cannot be authorised.")
    if not intent.is_untouched:
        return []
    if mood in WORDS:
        return [Step(kind="word", word=WORDS[mood])]
    if mood == "canceled":
        return [Step(kind="cancel")]
    hold = Step(kind="authorise", amount=intent.amount)
    return [hold, Step(kind="capture", amount=intent.amount, ref=_ref("cap"))] if mood == "capture" else [hold]


def confirm(intent: Intent, mood: str) -> list[Step]:
    """Do what the shopper's browser does: the same hold, which only a decline can stop."""
    return authorise(intent, mood if mood in {"decline", "capture"} else "calm")


def capture(intent: Intent, amount: Decimal, mood: str = "calm") -> list[Step]:
    """Take part or all of what is held, or take the wish for it only (`pending`)."""
    there = intent.held - intent.pending("capture")
    if not ZERO < amount <= there:
        raise NotPossible("amount_too_large", f"Only {there:f} can be captured.")
    return [Step(kind="ask_capture" if mood == "pending" else "capture", amount=amount, ref=_ref("cap"))]


def refund(intent: Intent, amount: Decimal, mood: str = "calm") -> list[Step]:
    """Give back part or all of what was taken, or take the wish for it only (`pending`)."""
    there = intent.captured - intent.refunded - intent.pending("refund")
    if any(dispute.status == "open" for dispute in intent.disputes):
        raise NotPossible("disputed", "This intent is disputed: its money cannot be refunded.")
    if not ZERO < amount <= there:
        raise NotPossible("amount_too_large", f"Only {there:f} can be refunded.")
    return [Step(kind="ask_refund" if mood == "pending" else "refund", amount=amount, ref=_ref("back"))]


def cancel(intent: Intent) -> list[Step]:
    """Free what is held, for good; what was captured can only be refunded."""
    if intent.word == "canceled":
        return []
    void = [Step(kind="void", amount=intent.held, ref=_ref("void"))] if intent.held else []
    if not intent.captured:
        return [*void, Step(kind="cancel")]
    if not void:
        raise NotPossible("captured", "This intent was captured: refund it.")
    return void


def update(intent: Intent, amount: Decimal) -> list[Step]:
    """Give an intent that never held money another amount."""
    if intent.word == "canceled" or not intent.is_untouched:
        raise NotPossible("intent_in_use", "This intent holds money or was canceled.")
    return [Step(kind="update", amount=amount)]


def in_dashboard(intent: Intent, body: dict[str, Any], amount: Decimal | None) -> list[Step]:
    """Do what somebody does at the provider without us; `movement` and `dispute` name what it is about.

    `settle` ends a pending movement as done, `fail` one that is pending or done; `dispute` opens one, or tells how it
    goes on, by `status`.
    """
    match body.get("action"):
        case "capture":
            return capture(intent, intent.held if amount is None else amount)
        case "refund":
            return refund(intent, intent.captured - intent.refunded if amount is None else amount)
        case "cancel" | "expire":
            return cancel(intent)
        case "settle":
            move = _move(intent, body, "pending")
            return [Step(kind=move.kind, amount=move.amount, ref=move.id)]
        case "fail":
            move = _move(intent, body, "pending", "done")
            kind = "fail" if move.status == "pending" else f"un{move.kind}"
            return [Step(kind=kind, amount=move.amount, ref=move.id)]
        case "dispute":
            return _dispute(intent, body, amount)
    raise NotPossible("unknown_action", "There is no such action.")


def _move(intent: Intent, body: dict[str, Any], *statuses: str) -> Move:
    for move in intent.moves:
        if move.id == body.get("movement") and move.status in statuses and move.kind in {"capture", "refund"}:
            return move
    raise NotPossible("not_found", "There is no such movement in that state.")


def _dispute(intent: Intent, body: dict[str, Any], amount: Decimal | None) -> list[Step]:
    status = str(body.get("status") or "open")
    if status not in {"inquiry", "open", "won", "lost"}:
        raise NotPossible("unknown_status", "A dispute is inquiry, open, won or lost.")
    known = next((each for each in intent.disputes if each.id == body.get("dispute")), None)
    asked = known.amount if known is not None else intent.captured if amount is None else amount
    return [Step(kind="dispute", amount=asked, word=status, ref=known.id if known is not None else _ref("disp"))]


def _ref(prefix: str) -> str:
    return f"{prefix}_{ULID()}"
