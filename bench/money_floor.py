"""The floor of moving money: the same commits and the same provider call, with only HTTP and the engine removed."""

from __future__ import annotations

from functools import partial
from typing import Literal

from activities.movement import Asking, MovementActivities, SettleMovement, Told
from bench.deliveries import SANDBOX
from bench.floor import Bare, bare
from bench.meter import metered
from bench.money_admin import PART, Ids
from bench.phases import Measured, at_once
from bench.shops import Stage
from commerce.payment.models import MoneyState
from kit.ids import new_id
from operations.begin_movement import Wish, begin_capture, begin_refund
from providers.sandbox.payment import SandboxPayments


class MoneyFloor(Bare):
    """The floor of captures and refunds, of money that the sandbox holds."""

    def __init__(self, on: Stage) -> None:
        super().__init__(on, SandboxPayments(on.shop.sandbox_url, session_seconds=10, money_seconds=10))
        self._steps = MovementActivities(self._database, {SANDBOX: self._provider})

    async def captures(self, ids: Ids, concurrency: int) -> Measured:
        """Take each payment in full."""
        return await self._measure("floor of a capture", "capture", ids, concurrency)

    async def refunds(self, ids: Ids, concurrency: int) -> Measured:
        """Give a part of each payment back."""
        return await self._measure("floor of a refund", "refund", ids, concurrency)

    async def _measure(self, name: str, kind: Literal["capture", "refund"], ids: Ids, concurrency: int) -> Measured:
        left = list(ids)

        async def move() -> None:
            await self._move(kind, left.pop())

        async with metered(self._on.shop) as usage:
            await at_once(move, len(ids), concurrency)
        return Measured(name, concurrency, len(ids), bare(usage))

    async def _move(self, kind: Literal["capture", "refund"], payment_id: str) -> None:
        if kind == "capture":
            wish = Wish(id=new_id("capt"), payment_id=payment_id)
            await self._database.transact(partial(begin_capture, wish=wish))
        else:
            wish = Wish(id=new_id("ref"), payment_id=payment_id, amount=PART)
            await self._database.transact(partial(begin_refund, wish=wish, reason_id=None, note=None))
        asking = Asking(kind, wish.id)
        asked = await (self._steps.capture(asking) if kind == "capture" else self._steps.refund(asking))
        if asked.told is not Told.MOVED or asked.moved is None:
            raise RuntimeError(f"not moved: {asked}")
        if (state := await self._steps.settle(SettleMovement(asking, asked.moved))) is not MoneyState.DONE:
            raise RuntimeError(f"not settled: {state}")
