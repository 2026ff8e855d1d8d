"""Inputs and results of the workflows: frozen facts, only ever added to; no cart, no name, no card.

Everything here travels through Temporal's pydantic converter and stands in histories.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from commerce.checkout.outcome import Outcome, OutcomeKind

__all__ = ["CompleteCartInput", "Outcome", "OutcomeKind", "ReleaseSessionInput", "ResolveSessionInput"]


@dataclass(frozen=True)
class CompleteCartInput:
    """Starts `complete-cart`, which decides for the session that is open when it begins."""

    cart_id: str
    request_id: str | None = None


@dataclass(frozen=True)
class ResolveSessionInput:
    """Starts `resolve-session`: ask the provider until it is known, then place the order or let the money go."""

    session_id: str


@dataclass(frozen=True)
class ReleaseSessionInput:
    """Starts `release-session`: let go of what the session holds, with proof."""

    session_id: str


@dataclass(frozen=True)
class Begun:
    """What `checkout.begin` answers: a decided outcome, or an attempt that is mine to carry on.

    `may_hold_money`: the refusal leaves an open session behind at which money may already be held.
    `seconds_left` until the attempt's deadline, by the database's clock.
    """

    session_id: str | None
    outcome: Outcome | None = None
    attempt_id: str | None = None
    amount: Decimal = Decimal(0)
    seconds_left: float = 0.0
    may_hold_money: bool = False
