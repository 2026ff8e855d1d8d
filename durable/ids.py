"""Workflow ids: `<name>:<business id>`, made and taken apart only here."""

from __future__ import annotations

from typing import Final

SEPARATOR: Final = ":"

# Which field of a workflow's input is its business id: the same business fact never runs twice at once.
BUSINESS_ID: Final = {
    "authorize-payment-session": "session_id",
    "cancel-payment": "payment_id",
    "capture-payment-workflow": "capture_id",
    "complete-cart": "cart_id",
    "deliver-events": "batch_id",
    "expire-authorisations": "payment_id",
    "process-payment-workflow": "session_id",
    "reconcile-payments": "day",
    "refund-payment-workflow": "refund_id",
    "release-session": "session_id",
    "resolve-session": "session_id",
}


def workflow_id(name: str, business_id: str) -> str:
    """Return the id under which workflow `name` runs for one business fact; ValueError when an id cannot be made."""
    if not name or not business_id or SEPARATOR in name:
        raise ValueError(f"no workflow id from {name!r} and {business_id!r}")
    return f"{name}{SEPARATOR}{business_id}"


def split(id_: str) -> tuple[str, str]:
    """Return name and business id of a workflow id; an id without a name (not made here) has an empty name."""
    name, separator, business_id = id_.partition(SEPARATOR)
    return (name, business_id) if separator else ("", id_)
