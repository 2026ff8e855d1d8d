"""The sandbox's payment intents: a state that follows from the effects alone, and what a request may do to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from providers.sandbox.log import Effect

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One payment intent; `held` is authorised and neither taken nor freed."""

    id: str
    session: str
    amount: Decimal
    currency: str
    behavior: str
    word: str = "pending"
    held: Decimal = ZERO
    captured: Decimal = ZERO
    voided: Decimal = ZERO
    refunded: Decimal = ZERO
    movements: tuple[tuple[str, str | None, Decimal], ...] = ()

    @property
    def is_untouched(self) -> bool:
        """Tell whether no money was ever moved for it."""
        return not (self.held or self.captured or self.voided)

    def as_json(self) -> dict[str, Any]:
        """Return the intent as the HTTP API shows it, amounts as text."""
        return {
            "id": self.id,
            "amount": format(self.amount, "f"),
            "currency": self.currency,
            "status": self.word,
            "metadata": {"session_id": self.session, "behavior": self.behavior},
            **{n: format(getattr(self, n), "f") for n in ("held", "captured", "voided", "refunded")},
            "movements": [{"kind": k, "key": key, "amount": format(a, "f")} for k, key, a in self.movements],
        }


def apply(intent: Intent | None, effect: Effect) -> Intent:
    """Return the intent after one effect."""
    if intent is None:
        return Intent(
            id=effect.intent,
            session=effect.session,
            amount=effect.amount,
            currency=effect.currency,
            behavior=effect.behavior,
        )
    moved = replace(intent, movements=(*intent.movements, (effect.kind, effect.key, effect.amount)))
    held = intent.held - effect.amount
    match effect.kind:
        case "authorise":
            after = replace(moved, held=intent.held + effect.amount, word="authorized")
        case "capture":
            word = "authorized" if held else "captured"
            after = replace(moved, held=held, captured=intent.captured + effect.amount, word=word)
        case "void":
            word = "captured" if intent.captured else intent.word
            after = replace(moved, held=held, voided=intent.voided + effect.amount, word=word)
        case "refund":
            after = replace(moved, refunded=intent.refunded + effect.amount)
        case "update":
            after = replace(intent, amount=effect.amount, currency=effect.currency, word="pending")
        case "cancel":
            after = replace(intent, word="canceled")
        case "word":
            after = replace(intent, word=effect.word)
        case _:
            raise ValueError(effect.kind)
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One effect that a request asks for, before it has an id, a key and a time."""

    kind: str
    amount: Decimal = ZERO
    word: str = ""


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
    return [hold, Step(kind="capture", amount=intent.amount)] if mood == "capture" else [hold]


def confirm(intent: Intent, mood: str) -> list[Step]:
    """Do what the shopper's browser does: the same hold, which only a decline can stop."""
    return authorise(intent, mood if mood in {"decline", "capture"} else "calm")


def capture(intent: Intent, amount: Decimal) -> list[Step]:
    """Take part or all of what is held."""
    if not ZERO < amount <= intent.held:
        raise NotPossible("amount_too_large", f"Only {intent.held:f} can be captured.")
    return [Step(kind="capture", amount=amount)]


def refund(intent: Intent, amount: Decimal) -> list[Step]:
    """Give back part or all of what was taken."""
    if not ZERO < amount <= intent.captured - intent.refunded:
        raise NotPossible("amount_too_large", f"Only {intent.captured - intent.refunded:f} can be refunded.")
    return [Step(kind="refund", amount=amount)]


def cancel(intent: Intent) -> list[Step]:
    """Free what is held, for good; what was captured can only be refunded."""
    if intent.word == "canceled":
        return []
    void = [Step(kind="void", amount=intent.held)] if intent.held else []
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
