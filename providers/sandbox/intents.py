"""The sandbox's payment intents: a state that follows from the effects alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from providers.sandbox.log import Effect

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One capture, refund or void; `key` is the client's, None when somebody moved it in the dashboard."""

    id: str
    kind: str
    key: str | None
    amount: Decimal
    status: str
    at: str

    def as_json(self) -> dict[str, Any]:
        """Return the movement as the HTTP API shows it."""
        return {name: getattr(self, name) for name in self.__slots__} | {"amount": format(self.amount, "f")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One dispute; `status` is inquiry, open, won or lost."""

    id: str
    amount: Decimal
    status: str

    def as_json(self) -> dict[str, Any]:
        """Return the dispute as the HTTP API shows it."""
        return {"id": self.id, "amount": format(self.amount, "f"), "status": self.status}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One payment intent; `held` is authorised and neither taken nor freed."""

    id: str
    session: str
    amount: Decimal
    currency: str
    behavior: str
    provider: str = ""
    word: str = "pending"
    held: Decimal = ZERO
    captured: Decimal = ZERO
    voided: Decimal = ZERO
    refunded: Decimal = ZERO
    fees: Decimal | None = None
    until: str = ""
    moves: tuple[Move, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def is_untouched(self) -> bool:
        """Tell whether no money was ever moved for it."""
        return not (self.held or self.captured or self.voided)

    def pending(self, kind: str) -> Decimal:
        """Return what is asked for and not done."""
        return sum((move.amount for move in self.moves if (move.kind, move.status) == (kind, "pending")), ZERO)

    def is_over(self, now: datetime) -> bool:
        """Tell whether what is held has fallen back to the shopper by itself."""
        return bool(self.held and self.until) and datetime.fromisoformat(self.until) <= now

    def as_json(self) -> dict[str, Any]:
        """Return the intent as the HTTP API shows it, amounts as text."""
        return {
            "id": self.id,
            "amount": format(self.amount, "f"),
            "currency": self.currency,
            "status": self.word,
            "metadata": {"session_id": self.session, "behavior": self.behavior, "provider": self.provider},
            **{n: format(getattr(self, n), "f") for n in ("held", "captured", "voided", "refunded")},
            "fees": None if self.fees is None else format(self.fees, "f"),
            "expires_at": self.until or None,
            "movements": [move.as_json() for move in self.moves],
            "disputes": [dispute.as_json() for dispute in self.disputes],
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
            provider=effect.provider,
        )
    if effect.kind in {"update", "cancel", "word", "fee", "dispute"}:
        return _told(intent, effect)
    return replace(_balanced(intent, effect), moves=_moved(intent.moves, effect))


def _told(intent: Intent, effect: Effect) -> Intent:
    match effect.kind:
        case "update":
            return replace(intent, amount=effect.amount, currency=effect.currency, word="pending")
        case "cancel":
            return replace(intent, word="canceled")
        case "word":
            return replace(intent, word=effect.word)
        case "fee":
            return replace(intent, fees=(intent.fees or ZERO) + effect.amount)
    there = Dispute(id=effect.ref, amount=effect.amount, status=effect.word)
    return replace(intent, disputes=(*(each for each in intent.disputes if each.id != effect.ref), there))


# What an effect does to held, captured, voided and refunded; what is only asked for moves nothing.
_FLOWS = {
    "authorise": (1, 0, 0, 0),
    "capture": (-1, 1, 0, 0),
    "void": (-1, 0, 1, 0),
    "refund": (0, 0, 0, 1),
    "uncapture": (1, -1, 0, 0),
    "unrefund": (0, 0, 0, -1),
    "ask_capture": (0, 0, 0, 0),
    "ask_refund": (0, 0, 0, 0),
    "fail": (0, 0, 0, 0),
}


def _balanced(intent: Intent, effect: Effect) -> Intent:
    """Move the money of one effect."""
    held, captured, voided, refunded = (sign * effect.amount if sign else ZERO for sign in _FLOWS[effect.kind])
    after = replace(
        intent,
        held=intent.held + held,
        captured=intent.captured + captured,
        voided=intent.voided + voided,
        refunded=intent.refunded + refunded,
        until=effect.until or intent.until,
    )
    if effect.kind in {"authorise", "uncapture"} or (effect.kind == "capture" and after.held):
        return replace(after, word="authorized")
    is_taken = effect.kind == "capture" or (effect.kind == "void" and after.captured)
    return replace(after, word="captured") if is_taken else after


def _moved(moves: tuple[Move, ...], effect: Effect) -> tuple[Move, ...]:
    if effect.kind == "authorise":
        return moves
    if effect.kind in {"fail", "uncapture", "unrefund"}:
        return tuple(replace(each, status="failed") if each.id == effect.ref else each for each in moves)
    if any(each.id == effect.ref for each in moves):  # it was pending, and is done now
        return tuple(replace(each, status="done") if each.id == effect.ref else each for each in moves)
    kind = effect.kind.removeprefix("ask_")
    status = "pending" if effect.kind.startswith("ask_") else "done"
    made = Move(id=effect.ref, kind=kind, key=effect.key, amount=effect.amount, status=status, at=effect.at)
    return (*moves, made)
