"""A capture, refund or cancel as a provider is asked for it, and the key that it is asked with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.ledger.rules import total
from commerce.payment.models import MoneyState
from commerce.payment.port import PaymentRequest
from kit.db import one, run
from operations.lock_payment import flows_of_session
from operations.settle_movement import Kind


@dataclass(frozen=True, slots=True)
class LoadedMovement:
    """What a provider call needs; `reference` is the movement's own at the provider, once that is known."""

    provider_id: str
    payment_id: str
    state: MoneyState
    keyed_at: datetime
    reference: str | None
    request: PaymentRequest


@dataclass(frozen=True, slots=True)
class LoadedPayment:
    """What a provider is asked to cancel; the request's amount is what our books have as held."""

    provider_id: str
    request: PaymentRequest


async def load_movement(on: AsyncSession | AsyncConnection, kind: Kind, id_: str) -> LoadedMovement | None:
    """Return the capture or refund with its present key; None when there is none."""
    row = await one(on, _LOAD[kind], id_)
    if row is None:
        return None
    request = PaymentRequest(
        session_id=row.session_id,
        key=f"{id_}:{row.key_number}",
        reference=row.session_reference or "",
        amount=row.amount,
        currency_code=row.currency_code,
        data=json.loads(row.data),
        reason=row.reason,
    )
    state = MoneyState(row.state)
    return LoadedMovement(row.provider_id, row.payment_id, state, row.keyed_at, row.provider_reference, request)


async def next_key(session: AsyncSession, kind: Kind, id_: str) -> None:
    """Commit to the next key: there is proof that the present one had no effect, and never will (promise 4)."""
    await run(session, _NEXT.format(table=kind), id_)


async def load_payment(on: AsyncSession | AsyncConnection, payment_id: str) -> LoadedPayment | None:
    """Return the payment with the key of its cancel; None when there is none."""
    row = await one(on, _PAYMENT, payment_id)
    if row is None:
        return None
    held = total("held", await flows_of_session(on, row.session_id))
    request = PaymentRequest(
        session_id=row.session_id,
        key=f"{payment_id}:{row.key_number}",
        reference=row.session_reference or "",
        amount=held,
        currency_code=row.currency_code,
        data=json.loads(row.data),
    )
    return LoadedPayment(row.provider_id, request)


_COLUMNS: Final = """p.id AS payment_id, p.provider_id, p.currency_code, p.data::text AS data, s.id AS session_id,
  s.provider_reference AS session_reference"""
_OF_PAYMENT: Final = "JOIN payment_session s ON s.id = p.payment_session_id"
_LOAD: Final[dict[Kind, str]] = {
    "capture": f"""
SELECT {_COLUMNS}, m.amount, m.state, m.key_number, m.keyed_at, m.provider_reference, NULL AS reason
FROM capture m JOIN payment p ON p.id = m.payment_id {_OF_PAYMENT} WHERE m.id = $1
""",
    "refund": f"""
SELECT {_COLUMNS}, m.amount, m.state, m.key_number, m.keyed_at, m.provider_reference, r.code AS reason
FROM refund m JOIN payment p ON p.id = m.payment_id {_OF_PAYMENT}
LEFT JOIN refund_reason r ON r.id = m.refund_reason_id WHERE m.id = $1
""",
}
_PAYMENT: Final = f"SELECT {_COLUMNS}, p.key_number FROM payment p {_OF_PAYMENT} WHERE p.id = $1"
_NEXT: Final = """
UPDATE {table} SET key_number = key_number + 1, keyed_at = now(), provider_reference = NULL, updated_at = now()
WHERE id = $1 AND state = 'pending'
"""
