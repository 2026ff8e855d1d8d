"""Attention: what a parked workflow tells a person, and what a person may answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from temporalio.common import SearchAttributeKey

Action = Literal["retry", "skip", "cancel"]
Kind = Literal["payment_session", "payment", "capture", "refund", "order"]

ATTENTION: Final = SearchAttributeKey.for_keyword("Attention")
ORDER_ID: Final = SearchAttributeKey.for_keyword("OrderId")
CART_ID: Final = SearchAttributeKey.for_keyword("CartId")
SEARCH_ATTRIBUTES: Final = (ATTENTION, ORDER_ID, CART_ID)

MEMO: Final = "attention"  # the memo key: lists and details show it without a query, which would replay the run
NOTHING_WAITS: Final = "NothingWaits"
NOT_POSSIBLE: Final = "AnswerNotPossible"


@dataclass(frozen=True)
class Target:
    """The row whose `attention` column shows that a workflow waits for a person."""

    kind: Kind
    id: str


@dataclass(frozen=True)
class Notice:
    """Why a workflow waits, in words, and which answers it takes; published as the memo `attention`."""

    step: str
    reason: str
    answers: tuple[Action, ...]


@dataclass(frozen=True)
class Answer:
    """A person's answer. `note` says what was done by hand and is required for `skip`; no personal data in it."""

    action: Action
    note: str | None = None
    actor_id: str | None = None


@dataclass(frozen=True)
class SetAttention:
    """Command of the activities `attention.set` and `attention.clear` (the latter ignores `reason`)."""

    target: Target
    reason: str
