"""Inputs and results of workflows: frozen dataclasses of ids and small facts, only ever added to."""

from __future__ import annotations

from dataclasses import dataclass

from commerce.payment.models import MoneyState


@dataclass(frozen=True)
class DeliverEventsInput:
    """Events, by id, for one subscriber. `batch_id` names exactly this set, so that a repeated start is one run."""

    batch_id: str
    subscriber: str
    event_ids: list[str]


@dataclass(frozen=True)
class DeliverEventsResult:
    """How a batch ended: how many events were heard, and the ids of those that are dead letters now."""

    delivered: int
    dead: list[str]


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
class CapturePaymentInput:
    """Starts `capture-payment-workflow`: take the amount of a capture that is written as pending."""

    capture_id: str


@dataclass(frozen=True)
class RefundPaymentInput:
    """Starts `refund-payment-workflow`: give back the amount of a refund that is written as pending."""

    refund_id: str


@dataclass(frozen=True)
class CancelPaymentInput:
    """Starts `cancel-payment`: free what a payment still holds."""

    payment_id: str


@dataclass(frozen=True)
class ProcessPaymentInput:
    """Starts `process-payment-workflow`: ask the provider about a session, and bring what is ours up to its answer."""

    session_id: str


@dataclass(frozen=True)
class ExpireAuthorisationsInput:
    """Starts `expire-authorisations`: watch over what a payment holds until it is captured, freed or fell back."""

    payment_id: str


@dataclass(frozen=True)
class ReconcilePaymentsInput:
    """Starts `reconcile-payments` for one day, such as `2026-01-31`; `since` is a moment in ISO 8601."""

    day: str
    since: str


@dataclass(frozen=True)
class MoneyOutcome:
    """Where a capture or refund was left: pending is pending at the provider, None is not known yet.

    `reason`: why the provider would not, in its words.
    """

    state: MoneyState | None
    reason: str | None = None


@dataclass(frozen=True)
class AuthorizeSessionInput:
    """Starts `authorize-payment-session`: charge a session of an order's own collection."""

    session_id: str
