"""A payment intent as we read it: what of it is money, what its status means, what the shopper's browser may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final

import stripe

from commerce.payment.models import SessionStatus
from commerce.payment.movements import Movement, MovementStatus
from commerce.payment.port import ZERO, Unknown
from providers.stripe.amounts import in_major

SHOWN: Final = (
    "id",
    "object",
    "amount",
    "amount_capturable",
    "amount_received",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "created",
    "currency",
    "customer",
    "livemode",
    "metadata",
    "next_action",
    "payment_method",
    "payment_method_types",
    "setup_future_usage",
    "status",
)
"""What of an intent goes into `data`: what stripe.js and the storefronts read, and nothing of the shopper's."""

EXPANDED: Final = ["latest_charge.balance_transaction"]
STATUSES: Final = {
    "requires_payment_method": SessionStatus.PENDING,
    "requires_confirmation": SessionStatus.PENDING,
    "processing": SessionStatus.PENDING,
    "requires_action": SessionStatus.REQUIRES_MORE,
    "requires_capture": SessionStatus.AUTHORIZED,
    "succeeded": SessionStatus.CAPTURED,
    "canceled": SessionStatus.CANCELED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A payment intent and its latest charge; `minor` is its amount as Stripe counts it.

    `authorised` is what a charge was ever approved for, `captures` is our part of what was taken of it, by our keys.
    """

    id: str
    word: str
    status: SessionStatus
    currency: str
    minor: int
    held: Decimal
    captured: Decimal
    authorised: Decimal
    captures: Mapping[str, Decimal]
    charge_id: str | None
    expires_at: datetime | None
    taken_at: datetime | None
    fees: Decimal | None
    takes_parts: bool
    data: Mapping[str, Any]

    @property
    def voided(self) -> Decimal:
        """Return what was blocked once and is free again, without having been taken."""
        return self.authorised - self.held - self.captured

    @property
    def kept_data(self) -> dict[str, Any]:
        """Return the data without the secret that a browser confirms with: nothing is left to confirm."""
        return {name: found for name, found in self.data.items() if name != "client_secret"}

    def movements(self) -> tuple[Movement, ...]:
        """Return the captures: ours by their keys, and the rest as somebody else's."""
        if not self.captured:
            return ()
        found = [self._movement(amount, key) for key, amount in self.captures.items()]
        rest = self.captured - sum(self.captures.values(), ZERO)
        return tuple([*found, self._movement(rest, None)] if rest else found)

    def reference_of(self, key: str) -> str:
        """Return a name for one capture: Stripe has none of its own, only the charge that it is a part of."""
        return f"{self.charge_id}/{_digest(key)}" if self.takes_parts else str(self.charge_id)

    def _movement(self, amount: Decimal, key: str | None) -> Movement:
        reference = str(self.charge_id) if key is None else self.reference_of(key)
        return Movement(reference=reference, amount=amount, status=MovementStatus.DONE, key=key, at=self.taken_at)


@contextmanager
def understood() -> Iterator[None]:
    """Raise Unknown for an answer that is not as the API describes it."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unknown(f"Stripe's answer could not be understood ({type(error).__name__}).") from None


def read(found: stripe.PaymentIntent) -> Intent:
    """Return what we read of an intent whose `latest_charge` was expanded, or that never had one."""
    with understood():
        currency = found.currency
        charge = found.latest_charge if isinstance(found.latest_charge, stripe.Charge) else None
        approved = charge is not None and charge.status == "succeeded"
        card = _card(charge)
        captured = in_major(found.amount_received, currency)
        return Intent(
            id=found.id,
            word=found.status,
            status=_status(found),
            currency=currency,
            minor=found.amount,
            held=in_major(found.amount_capturable, currency),
            captured=captured,
            authorised=in_major(charge.amount, currency) if charge is not None and approved else ZERO,
            captures=_captures(found, captured),
            charge_id=charge.id if charge is not None else None,
            expires_at=_moment(getattr(card, "capture_before", None)) if found.amount_capturable else None,
            taken_at=_taken_at(charge),
            fees=_fees(charge, currency),
            takes_parts=getattr(getattr(card, "multicapture", None), "status", None) == "available",
            data=_shown(found),
        )


def capture_note(key: str, minor: int) -> dict[str, str]:
    """Return the metadata that says what one key took: an intent keeps no list of its captures."""
    return {f"capture_{_digest(key)}": f"{key} {minor}"}


def noted(metadata: stripe.StripeObject | None) -> dict[str, str]:
    """Return what metadata says."""
    return {} if metadata is None else metadata.to_dict()


def _digest(key: str) -> str:
    return blake2b(key.encode(), digest_size=8).hexdigest()


def _captures(found: stripe.PaymentIntent, captured: Decimal) -> dict[str, Decimal]:
    taken: dict[str, Decimal] = {}
    for name, note in noted(found.metadata).items():
        if captured and name.startswith("capture_"):
            key, _, minor = note.rpartition(" ")
            taken[key] = in_major(int(minor), found.currency)
    return taken


def _status(found: stripe.PaymentIntent) -> SessionStatus:
    if found.status == "requires_payment_method" and found.last_payment_error is not None:
        return SessionStatus.ERROR
    return STATUSES.get(found.status, SessionStatus.PENDING)


def _shown(found: stripe.PaymentIntent) -> dict[str, Any]:
    whole = found.to_dict(for_json=True)
    shown = {name: whole.get(name) for name in SHOWN}
    error = whole.get("last_payment_error") or {}
    shown["last_payment_error"] = {n: error.get(n) for n in ("code", "decline_code", "message", "type")} or None
    return shown if error else {**shown, "last_payment_error": None}


def _card(charge: stripe.Charge | None) -> object:
    details = charge.payment_method_details if charge is not None else None
    return getattr(details, "card", None)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _taken_at(charge: stripe.Charge | None) -> datetime | None:
    transaction = charge.balance_transaction if charge is not None else None
    return _moment(transaction.created) if isinstance(transaction, stripe.BalanceTransaction) else None


def _fees(charge: stripe.Charge | None, currency: str) -> Decimal | None:
    transaction = charge.balance_transaction if charge is not None else None
    if not isinstance(transaction, stripe.BalanceTransaction) or transaction.currency != currency:
        return None  # not settled yet, or settled in another currency
    return in_major(transaction.fee, currency)
