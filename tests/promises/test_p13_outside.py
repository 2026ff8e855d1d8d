"""Promise 13 when the shop is not the only one who moves money: dashboards, banks, cancels, money paid by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Row
from temporalio.testing import ActivityEnvironment

from activities.movement import Asking, MovementActivities, SettleMovement
from commerce.ledger.rules import refundable, total
from kit.db import Database
from kit.errors import CommerceError
from kit.ids import new_id
from operations import follow_dispute
from operations.begin_movement import Wish, begin_capture, begin_refund
from operations.lock_payment import flows_of_session
from operations.order_collections import create_order_collection, mark_as_paid
from operations.settle_movement import Kind
from tests.promises.counter import Counter, sold
from tests.promises.till import Till
from tests.support.counter import books_of
from tests.support.sandbox import Sandbox

ACTIONS = {
    "capture": 6,
    "refund": 4,
    "there_capture": 3,
    "there_refund": 3,
    "fail": 2,
    "dispute": 3,
    "decide": 3,
    "by_hand": 1,
    "cancel": 1,
    "expire": 1,
}
"""What anybody does, and how often."""


@dataclass
class Walk:
    """One order of 19.90, and everybody who moves its money."""

    counter: Counter
    dice: random.Random

    @property
    def database(self) -> Database:
        return self.counter.till.database

    async def rows(self, sql: str, *params: object) -> list[Row[Any]]:
        return list(await self.counter.till.rows(sql, *params))

    async def row(self, sql: str, *params: object) -> Any:  # noqa: ANN401 - a row
        return await self.counter.till.row(sql, *params)

    async def step(self) -> str:
        """Do something at random, hear of it or not, and return what it was."""
        (action,) = self.dice.choices(list(ACTIONS), list(ACTIONS.values()))
        await getattr(self, f"_{action}")()
        if self.dice.random() < 0.7:
            await self.counter.follow()
        return action

    async def _capture(self) -> None:
        await self._move("capture")

    async def _refund(self) -> None:
        await self._move("refund")

    async def _move(self, kind: Kind) -> None:
        """Take or give back a part by the shop's own route, its steps in turn."""
        id_ = new_id("capt" if kind == "capture" else "ref")
        payment_id = await self.counter.till.value(
            "SELECT id FROM payment WHERE payment_session_id = $1", self.counter.session_id
        )
        wish = Wish(id=id_, payment_id=payment_id, amount=self._amount())
        try:
            if kind == "capture":
                begun = await self.database.transact(lambda s: begin_capture(s, wish))
            else:
                begun = await self.database.transact(lambda s: begin_refund(s, wish, reason_id=None, note=None))
        except CommerceError:
            return
        if begun is None:
            return
        steps = MovementActivities(self.database, self.counter.till.world.providers)
        asked = await ActivityEnvironment().run(getattr(steps, kind), Asking(kind, id_))
        if asked.moved is not None:
            await steps.settle(SettleMovement(Asking(kind, id_), asked.moved))
        else:
            await self.counter.till.change(f"UPDATE {kind} SET state = 'failed', deleted_at = now() WHERE id = '{id_}'")  # noqa: S608 - ours

    async def _there_capture(self) -> None:
        await self._there("capture", amount=str(self._amount()))

    async def _there_refund(self) -> None:
        if amount := await self._left():
            await self._there("refund", amount=str(min(amount, self._amount())))

    async def _dispute(self) -> None:
        if amount := await self._left():
            status = self.dice.choice(("open", "open", "inquiry"))
            await self._there("dispute", status=status, amount=str(min(amount, self._amount())))

    async def _decide(self) -> None:
        disputes = [one for one in (await self.counter.look())["disputes"] if one["status"] in {"open", "inquiry"}]
        if disputes:
            one = self.dice.choice(disputes)
            status = "won" if one["status"] == "inquiry" else self.dice.choice(("won", "lost"))
            await self._there("dispute", dispute=one["id"], status=status)

    async def _fail(self) -> None:
        refunds = [one for one in (await self.counter.look())["movements"] if one["kind"] == "refund"]
        if refunds:
            await self._there("fail", movement=self.dice.choice(refunds)["id"])

    async def _left(self) -> Decimal:
        """Return what a bank or a clerk there can still give back: they do not give back what was disputed."""
        found = await self.counter.look()
        disputed = [Decimal(one["amount"]) for one in found["disputes"] if one["status"] in {"open", "lost"}]
        left = Decimal(found["captured"]) - Decimal(found["refunded"]) - sum(disputed, Decimal(0))
        return max(left, Decimal(0))

    async def _by_hand(self) -> None:
        order_id, amount = self.counter.order_id, self._amount()
        made = await self.database.transact(lambda s: create_order_collection(s, order_id, amount))
        await self.database.transact(lambda s: mark_as_paid(s, made, order_id, None))

    async def _cancel(self) -> None:
        await self._there("cancel")

    async def _expire(self) -> None:
        await self.counter.till.change("UPDATE payment SET expires_at = now() - interval '1 second'")
        await self._there("expire")

    async def _there(self, action: str, **more: str) -> dict[str, Any]:
        """Do something in the dashboard, which refuses what cannot be."""
        try:
            return await self.counter.at_provider(action, **more)
        except AssertionError:
            return {}

    def _amount(self) -> Decimal:
        return Decimal(self.dice.randint(1, 1100)).scaleb(-2)


async def wrong(walk: Walk) -> list[str]:
    """Return what is wrong in the books; `books_of` does not know of money that was let go, so collections are ours."""
    whole: Any = walk  # all that is asked of a counter
    found = [sentence for sentence in await books_of(whole) if not sentence.startswith("pay_col_")]
    for row in await walk.rows(SHOWN):
        async with walk.database.reading() as connection:
            flows = await flows_of_session(connection, row.session_id)
        authorized = total("authorized", flows) - (0 if row.is_canceled else total("freed", flows))
        captured = total("captured", flows)
        status = "completed" if captured >= row.amount else "authorized" if authorized >= row.amount else "awaiting"
        status = "partially_authorized" if status == "awaiting" and authorized > 0 else status
        status = "canceled" if row.is_canceled and captured == 0 else status
        meant = (authorized, captured, total("refunded", flows), status)
        shown = (row.authorized_amount, row.captured_amount, row.refunded_amount, row.status)
        found += [f"{row.id} shows {shown}, the ledger {meant}"] if shown != meant else []
        found += [f"{row.id}: refundable {refundable(flows)}"] if refundable(flows) < 0 else []
    return found


SHOWN = """
SELECT c.id, c.amount, c.status, c.authorized_amount, c.captured_amount, c.refunded_amount,
  p.payment_session_id AS session_id, p.canceled_at IS NOT NULL AS is_canceled
FROM payment_collection c JOIN payment p ON p.payment_collection_id = c.id
"""


@pytest.mark.parametrize("seed", range(8))
async def test_p13_the_books_stay_right_whoever_moves_the_money(
    sandbox_till: Till, shared_sandbox: Sandbox, seed: int
) -> None:
    walk = Walk(await sold(sandbox_till, shared_sandbox), random.Random(seed))
    done = []
    for _ in range(16):
        done.append(await walk.step())
        assert await wrong(walk) == [], done
    await walk.counter.follow()
    assert await wrong(walk) == [], done


async def test_p13_mutation_a_lost_dispute_that_no_summary_follows_is_found(
    sandbox_till: Till, shared_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stale(*_: object) -> None:
        return None

    monkeypatch.setattr(follow_dispute, "derive_summary", stale)
    counter = await sold(sandbox_till, shared_sandbox)
    await counter.at_provider("capture")
    opened = await counter.at_provider("dispute", status="open")
    await counter.at_provider("dispute", dispute=opened["disputes"][0]["id"], status="lost")
    await counter.follow()
    assert any("refunded_total" in sentence for sentence in await wrong(Walk(counter, random.Random(1))))
