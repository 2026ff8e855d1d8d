"""Part of the payment port: what happened to money that a provider had for us, as the provider has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class MovementStatus(StrEnum):
    """What became of one capture or refund at the provider."""

    PENDING = "pending"  # asked for and not done: no money has moved yet, and it may still fail
    DONE = "done"
    FAILED = "failed"  # it did not happen, or was taken back after it had


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One capture or refund as the provider has it; `key` is ours, None when somebody else asked for it there."""

    reference: str
    amount: Decimal
    status: MovementStatus
    key: str | None = None
    at: datetime | None = None
    reason: str | None = None  # why it failed, in the provider's words


class DisputeStatus(StrEnum):
    """Where a shopper's complaint to their bank stands."""

    INQUIRY = "inquiry"  # a question only: no money has moved
    OPEN = "open"  # the amount was taken from us until it is decided
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One dispute as the provider has it; `respond_by` is when evidence must be there."""

    reference: str
    amount: Decimal
    status: DisputeStatus
    reason: str | None = None
    respond_by: datetime | None = None
