"""What a provider may say of one payment of 20, and what our books make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from commerce.ledger.rules import TERMS, total
from commerce.payment.models import SessionStatus
from commerce.payment.movements import Dispute, DisputeStatus, Movement, MovementStatus
from commerce.payment.port import Holding, StatusResult
from operations.follow_provider import follow_provider
from operations.lock_payment import flows_of_order
from tests.support.checkout_steps import Steps

DONE, PENDING, FAILED = MovementStatus.DONE, MovementStatus.PENDING, MovementStatus.FAILED
START = datetime(2026, 1, 1, tzinfo=UTC)


def movement(reference: str, amount: object, status: MovementStatus = DONE, key: str | None = None) -> Movement:
    return Movement(reference=reference, amount=Decimal(str(amount)), status=status, key=key)


def dispute(status: DisputeStatus, amount: object = 20, reference: str = "dp_1") -> Dispute:
    return Dispute(reference=reference, amount=Decimal(str(amount)), status=status, reason="fraudulent")


def told(held: object = 0, *, captures: tuple[Movement, ...] = (), **more: Any) -> StatusResult:  # noqa: ANN401 - fields of StatusResult
    captured = sum((one.amount for one in captures if one.status is DONE), Decimal(0))
    refunds: tuple[Movement, ...] = more.get("refunds", ())
    refunded = sum((one.amount for one in refunds if one.status is DONE), Decimal(0))
    amount = Decimal(str(held))
    is_there = captured > refunded
    holding = Holding.CAPTURED if is_there else Holding.HELD if amount else Holding.RELEASED
    wanted: dict[str, Any] = {
        "holding": holding,
        "status": SessionStatus.CAPTURED if is_there else SessionStatus.AUTHORIZED,
        "data": {},
        "reference": "pi_1",
        "held": amount,
        "captured": captured,
        "refunded": refunded,
        "captures": captures,
    }
    return StatusResult(**wanted | more)


@dataclass
class Followed:
    """One paid order of 20, held and not taken; `follow` hears one answer after the other."""

    steps: Steps
    session_id: str
    payment_id: str
    order_id: str
    asked: int = 0

    async def follow(self, result: StatusResult, *, asked: int | None = None) -> bool:
        """Follow an answer that was asked for now, or `asked` seconds after the first."""
        self.asked += 1
        at = START + timedelta(seconds=self.asked if asked is None else asked)
        return await self.steps.database.transact(lambda s: follow_provider(s, self.session_id, at, result))

    async def books(self) -> dict[str, Decimal]:
        """Return what the ledger says of the order, without what is nothing."""
        async with self.steps.database.reading() as connection:
            flows = await flows_of_order(connection, self.order_id)
        return {name: amount for name in TERMS if (amount := total(name, flows))}

    async def collection(self) -> tuple[Any, ...]:
        sql = "SELECT status, authorized_amount, captured_amount, refunded_amount FROM payment_collection"
        return tuple(await self.steps.row(sql))

    async def summary(self) -> dict[str, Decimal]:
        sql = """SELECT key, value::numeric FROM order_summary s JOIN "order" o ON o.id = s.order_id
            AND o.version = s.version, jsonb_each_text(s.summary) WHERE o.id = $1"""
        return dict(await self.steps.rows(sql, self.order_id))  # type: ignore[arg-type]  # pairs

    async def events(self) -> list[str]:
        sql = "SELECT name FROM outbox_event WHERE name LIKE 'payment.%' ORDER BY created_at, id"
        return [name for (name,) in await self.steps.rows(sql)]


async def paid_order(steps: Steps) -> Followed:
    """Return an order of 20, held and not taken."""
    cart, session_id = await steps.payable(mug=2)
    order_id = (await steps.place(await steps.claim(cart))).order_id
    assert order_id is not None
    return Followed(steps, session_id, await steps.value("SELECT id FROM payment"), order_id)
