"""How a checkout ended, in facts that may stand in a workflow's history: ids, a kind, an error's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from kit.errors import CommerceError


class OutcomeKind(StrEnum):
    """What the shopper hears (contract section 13)."""

    ORDER = "order"  # 200 `type: order`
    DECLINED = "declined"  # the provider returned a status without money: 400 `not_allowed`
    RAISED = "raised"  # the provider raised a decline: 200 `type: cart` with the error
    REFUSED = "refused"  # validation, stock, a price that changed: the error's own status
    UNDECIDED = "undecided"  # nobody knows yet: 409, and the money is being looked after
    STALE = "stale"  # decided for another session, or before this call: ask again when the run has closed


@dataclass(frozen=True)
class Outcome:
    """The end of one try; `session_id` is the payment session that it was decided for, None for a free order."""

    kind: OutcomeKind
    session_id: str | None = None
    order_id: str | None = None
    type: str = ""
    message: str = ""
    code: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what `checkout_attempt.outcome` keeps."""
        return {key: value for key, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Claim:
    """An open attempt and the run that carries it on; every commit names both (docs/checkout.md rule 2)."""

    cart_id: str
    attempt_id: str
    run_id: str


UNDECIDED_WORDS: Final = "You have not been charged twice; we are checking your payment. Try again in a few seconds."


def outcome_of(recorded: Mapping[str, Any]) -> Outcome:
    """Return the outcome that an attempt recorded."""
    return Outcome(**{**recorded, "kind": OutcomeKind(recorded["kind"])})


def undecided(session_id: str | None) -> Outcome:
    """Return the outcome of a try that somebody else decides."""
    return Outcome(OutcomeKind.UNDECIDED, session_id, None, "conflict", UNDECIDED_WORDS, "invalid_state_error")


def refused(session_id: str | None, error: CommerceError) -> Outcome:
    """Return the outcome of a try that a rule of ours forbids."""
    return Outcome(OutcomeKind.REFUSED, session_id, None, error.type, error.message, error.code)


def ordered(session_id: str | None, order_id: str) -> Outcome:
    """Return the outcome that ends every try: the cart's one order."""
    return Outcome(OutcomeKind.ORDER, session_id, order_id)


@dataclass(frozen=True)
class Begun:
    """What the beginning of a checkout comes to: a decided outcome, or an attempt that is mine to carry on.

    `seconds_left` until the attempt's deadline by the database's clock. `may_hold_money`: the refusal leaves an open
    session behind, at which a provider may already hold money (docs/checkout.md rule 7). `asks_outside`: refused
    because a provider of shipping prices or taxes has to be asked first; begun again after that, it may go on.
    """

    session_id: str | None
    outcome: Outcome | None = None
    attempt_id: str | None = None
    amount: Decimal = Decimal(0)
    seconds_left: float = 0.0
    may_hold_money: bool = False
    asks_outside: bool = False
