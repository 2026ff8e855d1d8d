"""A PayPal order as its JSON has it, and what follows from that about money.

Our marks on it: `custom_id` is the session's id, everywhere. `invoice_id` is the key of a capture or refund of ours;
PayPal lets what has none inherit the order's, which is the session's id. `reference_id` is the call that the session
was made for: an order whose `intent` is another one was ended by us (see release.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from commerce.payment.movements import Movement, MovementStatus
from commerce.payment.port import ZERO, Unknown
from kit import clock
from providers.paypal.amounts import as_amount

AUTHORIZE: Final = "AUTHORIZE"
CAPTURE: Final = "CAPTURE"
HONOUR: Final = timedelta(days=3)
PART: Final = "#"  # a refund that is spread over captures: `<key>`, `<key>#2`, ...
APPROVAL_LINKS: Final = frozenset({"approve", "payer-action"})
_OPEN: Final = frozenset({"CREATED", "PARTIALLY_CAPTURED"})
_NOTHING: Final = frozenset({"PENDING", "DENIED"})
_FAILED: Final = frozenset({"DECLINED", "FAILED", "CANCELLED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Money that PayPal holds; a re-authorisation is one of its own, and only the newest counts."""

    id: str
    status: str
    amount: Decimal
    created_at: datetime
    expires_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it still holds something."""
        return self.status in _OPEN and (self.expires_at is None or clock.now() < self.expires_at)

    @property
    def is_honoured(self) -> bool:
        """Tell whether PayPal vouches for the money: for three days."""
        return clock.now() < self.created_at + HONOUR

    @property
    def warned_at(self) -> datetime | None:
        """Return the next moment after which the money is less certain: the honour period's end, then its own."""
        return self.created_at + HONOUR if self.is_honoured else self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One capture or refund; `parent` is the capture of a refund."""

    id: str
    status: str
    amount: Decimal
    invoice: str | None
    created_at: datetime | None
    reason: str | None
    fee: Decimal | None = None
    parent: str | None = None

    @property
    def outcome(self) -> MovementStatus:
        """Return what became of it; PayPal's later words (refunded in part, reversed) say that it had been done."""
        if self.status == "PENDING":
            return MovementStatus.PENDING
        return MovementStatus.FAILED if self.status in _FAILED else MovementStatus.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order, which is one session of ours."""

    id: str
    status: str
    intent: str
    purpose: str  # the intent it was made with
    session_id: str
    amount: Decimal
    currency_code: str
    links: tuple[Mapping[str, str], ...]  # where the shopper approves
    authorizations: tuple[Authorization, ...] = ()  # the oldest first
    captures: tuple[Taken, ...] = ()
    refunds: tuple[Taken, ...] = ()

    @property
    def is_ended(self) -> bool:
        """Tell whether it can never be paid: by our hand, or by PayPal's."""
        return self.status == "VOIDED" or self.intent != self.purpose

    @property
    def has_payments(self) -> bool:
        """Tell whether it was paid, or a payment tried: then there is no second try."""
        return bool(self.authorizations or self.captures)

    @property
    def authorization(self) -> Authorization | None:
        """Return the one that holds the money: the newest that PayPal granted."""
        granted = [one for one in self.authorizations if one.status not in _NOTHING]
        return (granted or self.authorizations or (None,))[-1]

    @property
    def held(self) -> Decimal:
        """Return what is authorised and not yet taken, nor about to be."""
        there = self.authorization
        if there is None or not there.is_open:
            return ZERO
        return max(there.amount - self.captured - self.on_its_way, ZERO)  # PayPal's page can take more than was held

    @property
    def on_its_way(self) -> Decimal:
        """Return what captures are about to take."""
        return _sum(self.captures, MovementStatus.PENDING)

    @property
    def is_held(self) -> bool:
        """Tell whether the shopper's money is blocked: also while a capture of all of it is pending."""
        return bool(self.held or (self.authorizations and self.on_its_way))

    @property
    def captured(self) -> Decimal:
        """Return what was taken, also if it was given back."""
        return _sum(self.captures, MovementStatus.DONE)

    @property
    def refunded(self) -> Decimal:
        """Return what was given back."""
        return _sum(self.refunds, MovementStatus.DONE)

    @property
    def voided(self) -> Decimal:
        """Return what was held and is free again."""
        there = self.authorization
        if there is None or there.is_open or there.status in _NOTHING:
            return ZERO
        return max(there.amount - self.captured - self.on_its_way, ZERO)

    @property
    def is_pending(self) -> bool:
        """Tell whether PayPal has yet to decide about something."""
        authorised = any(one.status == "PENDING" for one in self.authorizations)
        return authorised or any(one.outcome is MovementStatus.PENDING for one in (*self.captures, *self.refunds))

    @property
    def fees(self) -> Decimal | None:
        """Return what PayPal kept of what was taken, None where it does not say."""
        fees = [one.fee for one in self.captures if one.outcome is MovementStatus.DONE]
        return None if not fees or None in fees else sum((fee for fee in fees if fee is not None), ZERO)

    def as_data(self) -> dict[str, Any]:
        """Return what the client may see, named as PayPal names it; `id` is what PayPal's buttons want."""
        shown: dict[str, Any] = {"id": self.id, "status": self.status, "intent": self.purpose}
        if not (self.has_payments or self.is_ended):
            shown["links"] = [dict(link) for link in self.links]
        if self.authorization is not None:
            shown["authorization_id"] = self.authorization.id
        elif self.captures:
            shown["capture_id"] = self.captures[0].id
        return shown

    def refundable(self, capture: Taken, but_for: str) -> Decimal:
        """Return what of a capture can be given back, as if the refund under the key `but_for` were not there."""
        others = (one for one in self.refunds if one.parent == capture.id and self.refund_key(one) != but_for)
        return capture.amount - sum((one.amount for one in others if one.outcome is not MovementStatus.FAILED), ZERO)

    def capture_key(self, capture: Taken) -> str | None:
        """Return our key of a capture, None when somebody took it at PayPal; the session's own has the session's."""
        if capture.invoice is not None and capture.invoice != self.session_id:
            return capture.invoice
        return self.session_id if self.purpose == CAPTURE else None

    def refund_key(self, refund: Taken) -> str | None:
        """Return our key of a refund, None when somebody gave it back at PayPal."""
        inherited = {self.session_id, *(one.invoice for one in self.captures)}
        return None if refund.invoice is None or refund.invoice in inherited else refund.invoice.partition(PART)[0]

    def capture_movements(self) -> tuple[Movement, ...]:
        """Return every capture."""
        return tuple(movement_of([one], self.capture_key(one)) for one in self.captures)

    def refund_movements(self) -> tuple[Movement, ...]:
        """Return every refund, the parts of one key as one."""
        groups: dict[str, list[Taken]] = {}
        for one in self.refunds:
            groups.setdefault(self.refund_key(one) or one.id, []).append(one)
        return tuple(movement_of(parts, self.refund_key(parts[0])) for parts in groups.values())


def as_order(body: Mapping[str, Any]) -> Order:
    """Return the order in an answer's body; Unknown when there is none."""
    try:
        unit = body["purchase_units"][0]
        links = [{"rel": link["rel"], "href": link["href"]} for link in body.get("links") or ()]
        order = Order(
            id=body["id"],
            status=body["status"],
            intent=body["intent"],
            purpose=unit["reference_id"],
            session_id=unit["custom_id"],
            amount=as_amount(unit["amount"]),
            currency_code=unit["amount"]["currency_code"].lower(),
            links=tuple(link for link in links if link["rel"] in APPROVAL_LINKS),
        )
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise _not_understood(error) from error
    return with_payments(order, body)


def with_payments(order: Order, body: Mapping[str, Any]) -> Order:
    """Return `order` with the status and the payments of an answer that may show no more than those."""
    try:
        payments = body["purchase_units"][0].get("payments") or {}
        authorizations = sorted(map(_authorization, payments.get("authorizations") or ()), key=lambda a: a.created_at)
        captures = tuple(as_taken(one) for one in payments.get("captures") or ())
        refunds = tuple(as_taken(one) for one in payments.get("refunds") or ())
        status = body["status"]
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        raise _not_understood(error) from error
    return replace(order, status=status, authorizations=tuple(authorizations), captures=captures, refunds=refunds)


def with_reauthorisation(order: Order, body: Mapping[str, Any]) -> Order:
    """Return `order` with the authorisation of an answer's body as its newest."""
    try:
        return replace(order, authorizations=(*order.authorizations, _authorization(body)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _not_understood(error) from error


def as_taken(found: Mapping[str, Any]) -> Taken:
    """Return a capture or refund; Unknown when it could not be understood."""
    try:
        created = found.get("create_time")
        receivable = found.get("seller_receivable_breakdown") or {}
        fee = receivable.get("paypal_fee")
        up = next((link["href"] for link in found.get("links") or () if link["rel"] == "up"), None)
        return Taken(
            id=found["id"],
            status=found["status"],
            amount=as_amount(found["amount"]),
            invoice=found.get("invoice_id"),
            created_at=None if created is None else datetime.fromisoformat(created),
            reason=(found.get("status_details") or {}).get("reason"),
            fee=None if fee is None else as_amount(fee),
            parent=up.rsplit("/", 1)[-1] if up is not None and "/captures/" in up else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _not_understood(error) from error


def _authorization(found: Mapping[str, Any]) -> Authorization:
    expires = found.get("expiration_time")
    return Authorization(
        id=found["id"],
        status=found["status"],
        amount=as_amount(found["amount"]),
        created_at=datetime.fromisoformat(found["create_time"]),
        expires_at=None if expires is None else datetime.fromisoformat(expires),
    )


def movement_of(parts: Sequence[Taken], key: str | None) -> Movement:
    """Return one capture, or the refunds of one key, as the port has it: the amount is what did not fail."""
    outcomes = {part.outcome for part in parts}
    status = next(
        (one for one in (MovementStatus.PENDING, MovementStatus.DONE) if one in outcomes), MovementStatus.FAILED
    )
    counted = parts if status is MovementStatus.FAILED else [p for p in parts if p.outcome is not MovementStatus.FAILED]
    return Movement(
        reference=parts[0].id,
        amount=sum((part.amount for part in counted), ZERO),
        status=status,
        key=key,
        at=parts[0].created_at,
        reason=next((part.reason for part in parts if part.reason), None),
    )


def _sum(taken: Iterable[Taken], outcome: MovementStatus) -> Decimal:
    return sum((one.amount for one in taken if one.outcome is outcome), ZERO)


def _not_understood(error: Exception) -> Unknown:
    return Unknown(f"PayPal's answer could not be understood ({type(error).__name__}).")
