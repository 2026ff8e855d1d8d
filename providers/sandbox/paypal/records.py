"""What the stand-in keeps: orders and what became of them. Moments are ISO text, amounts Decimal."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any, Final, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order; `is_declining`: the shopper chose a card that will be declined."""

    id: str
    status: str
    intent: str
    reference_id: str
    custom_id: str
    invoice_id: str
    amount: Decimal
    currency: str
    created: str
    valid_until: str
    return_url: str = ""
    cancel_url: str = ""
    is_declining: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """Money held; `parent` is the one that this one renewed."""

    id: str
    order: str
    status: str
    amount: Decimal
    created: str
    expires: str
    parent: str = ""
    is_renewed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Money taken, or about to be."""

    id: str
    order: str
    status: str
    amount: Decimal
    invoice_id: str
    created: str
    authorization: str = ""
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money given back, or about to be."""

    id: str
    order: str
    capture: str
    status: str
    amount: Decimal
    invoice_id: str
    custom_id: str
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A shopper's complaint."""

    id: str
    order: str
    capture: str
    status: str
    stage: str
    amount: Decimal
    created: str
    respond_by: str
    outcome: str = ""
    reason: str = "MERCHANDISE_OR_SERVICE_NOT_RECEIVED"


Record = Order | Authorization | Capture | Refund | Dispute
R = TypeVar("R", Order, Authorization, Capture, Refund, Dispute)
KINDS: Final[dict[str, type[Record]]] = {
    kind.__name__: kind for kind in (Order, Authorization, Capture, Refund, Dispute)
}


def as_json(record: Record) -> dict[str, Any]:
    """Return a record as the log has it, amounts as text."""
    return {**asdict(record), "amount": format(record.amount, "f")}


def from_json(kind: str, found: dict[str, Any]) -> Record:
    """Return the record of a line of the log."""
    known = {field.name for field in fields(KINDS[kind])}
    return KINDS[kind](**{n: v for n, v in found.items() if n in known} | {"amount": Decimal(found["amount"])})
