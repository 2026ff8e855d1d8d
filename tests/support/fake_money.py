"""The provider in memory with money that is taken and given back: by key, once, with every misfortune on the way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal

from commerce.payment.movements import Movement, MovementStatus
from commerce.payment.port import (
    Declined,
    Holding,
    PaymentRequest,
    PaymentResult,
    Refused,
    SessionRequest,
    StatusResult,
    Unknown,
)
from tests.support.fake_payments import ZERO, FakePayments

DONE, PENDING, FAILED = MovementStatus.DONE, MovementStatus.PENDING, MovementStatus.FAILED


@dataclass
class MoneyMoods:
    """How likely each misfortune is, per capture and refund."""

    decline: float = 0.0
    refuse: float = 0.0
    lost: float = 0.0  # done, and the answer is lost
    outage: float = 0.0  # done or not, answered 500, and the key repeats that 500
    silent: float = 0.0  # nothing is done and nothing is answered
    pending: float = 0.0  # the wish is taken; `settle` ends it


@dataclass
class FakeMoney(FakePayments):
    """Meets the whole port; what it holds at the end must be what the books say."""

    money: MoneyMoods = field(default_factory=MoneyMoods)
    moves: dict[tuple[str, str], dict[str, Movement]] = field(default_factory=dict)  # (session, kind) -> by key
    ended: dict[str, str] = field(default_factory=dict)  # key -> how its first answer was
    freed: dict[str, Decimal] = field(default_factory=dict)

    def moved(self, session_id: str, kind: str, *statuses: MovementStatus) -> Decimal:
        there = self.moves.get((session_id, kind), {}).values()
        return sum((each.amount for each in there if each.status in (statuses or (DONE,))), ZERO)

    def left(self, session_id: str, kind: str) -> Decimal:
        """Return what may still be captured or refunded."""
        taken = self.moved(session_id, "capture", DONE)
        if kind == "refund":
            return taken - self.moved(session_id, "refund", DONE, PENDING)
        waiting = self.moved(session_id, "capture", PENDING)
        return self.intents[session_id].amount - taken - waiting - self.freed.get(session_id, ZERO)

    def settle(self, *, fail: float = 0.0) -> None:
        """End everything that is pending."""
        for moves in self.moves.values():
            for key, each in moves.items():
                if each.status is PENDING:
                    moves[key] = replace(each, status=FAILED if self._rolls(fail) else DONE)

    async def capture(self, request: PaymentRequest) -> PaymentResult:
        return await self._move("capture", request)

    async def refund(self, request: PaymentRequest) -> PaymentResult:
        return await self._move("refund", request)

    async def cancel(self, request: PaymentRequest) -> PaymentResult:
        self.calls.append(("cancel", request.key))
        await asyncio.sleep(0)
        if request.session_id not in self.freed:
            self.freed[request.session_id] = self.left(request.session_id, "capture")
        if self._rolls(self.money.lost):
            raise Unknown("connection lost")
        return PaymentResult(amount=self.freed[request.session_id], data={})

    async def status(self, request: SessionRequest) -> StatusResult:
        found = await super().status(request)
        if request.session_id not in self.intents or found.holding not in (Holding.HELD, Holding.CAPTURED):
            return found
        captures = tuple(self.moves.get((request.session_id, "capture"), {}).values())
        refunds = tuple(self.moves.get((request.session_id, "refund"), {}).values())
        taken = self.moved(request.session_id, "capture")
        return replace(
            found,
            held=self.left(request.session_id, "capture") + self.moved(request.session_id, "capture", PENDING),
            captured=taken,
            refunded=self.moved(request.session_id, "refund"),
            captures=captures,
            refunds=refunds,
        )

    async def _move(self, kind: str, request: PaymentRequest) -> PaymentResult:
        self.calls.append((kind, request.key))
        await asyncio.sleep(0)
        if self._rolls(self.money.silent):
            raise Unknown("no answer")
        if request.key not in self.ended:
            self._first(kind, request)
            if self._rolls(self.money.lost) or self.ended[request.key] == "outage":
                raise Unknown("connection lost")
        return self._answer(kind, request)

    def _first(self, kind: str, request: PaymentRequest) -> None:
        moods = self.money
        if self._rolls(moods.decline):
            self.ended[request.key] = "declined"
        elif self._rolls(moods.refuse) or request.amount > self.left(request.session_id, kind):
            self.ended[request.key] = "refused"
        elif self._rolls(moods.outage):
            if self._rolls(0.5):
                self._apply(kind, request)
            self.ended[request.key] = "outage"
        else:
            self._apply(kind, request, PENDING if self._rolls(moods.pending) else DONE)
            self.ended[request.key] = "done"

    def _apply(self, kind: str, request: PaymentRequest, status: MovementStatus = DONE) -> None:
        made = Movement(reference=f"at_{request.key}", amount=request.amount, status=status, key=request.key)
        self.moves.setdefault((request.session_id, kind), {})[request.key] = made

    def _answer(self, kind: str, request: PaymentRequest) -> PaymentResult:
        """Answer as it is now: a replayed outage is settled by asking, as a real provider's client does."""
        made = self.moves.get((request.session_id, kind), {}).get(request.key)
        if made is not None:
            return PaymentResult(amount=made.amount, data={}, status=made.status, reference=made.reference)
        if self.ended[request.key] == "declined":
            raise Declined("no")
        raise Refused("nothing was done")
