"""Promise 13: a double-entry ledger that stays right under captures and refunds of every kind, and all follows it."""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal

import pytest

from commerce.payment.models import MoneyState
from commerce.totals.summary import Summary
from kit.db import Database
from operations import settle_movement
from operations.settle_movement import Kind
from tests.support.counter import Counter, books_of, counter_of
from tests.support.fake_money import FakeMoney, MoneyMoods

CRUEL = MoneyMoods(decline=0.25, refuse=0.05, lost=0.15, outage=0.1, silent=0.1, pending=0.15)


def provider(dice: random.Random, moods: MoneyMoods) -> FakeMoney:
    return FakeMoney("pp_money", dice, money=moods)


async def at_the_provider(counter: Counter) -> list[str]:
    """Return what the books of each payment say otherwise than the provider does."""
    there = counter.provider
    assert isinstance(there, FakeMoney)
    wrong = []
    for row in await counter.rows(_MOVED):
        for kind, ours in (("capture", row.captured), ("refund", row.refunded)):
            theirs = there.moved(row.payment_session_id, kind)
            if ours != theirs:
                wrong.append(f"{row.id}: {kind}s of {ours} here, of {theirs} there")
    return wrong


_MOVED = """
SELECT id, payment_session_id,
  (SELECT coalesce(sum(amount), 0) FROM capture WHERE payment_id = p.id AND state = 'done') AS captured,
  (SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = p.id AND state = 'done') AS refunded
FROM payment p
"""


async def some_money(counter: Counter, dice: random.Random, payments: list[str], rounds: int) -> None:
    """Take and give back random parts, several at a time, some of them more than there is."""
    for _ in range(rounds):
        wishes: list[tuple[Kind, str, Decimal]] = [
            (dice.choice(("capture", "refund")), dice.choice(payments), Decimal(dice.randint(1, 900)).scaleb(-2))
            for _ in range(4)
        ]
        await asyncio.gather(*[counter.move(*wish, within=0.5) for wish in wishes])
        if isinstance(counter.provider, FakeMoney):
            counter.provider.settle(fail=0.3)


@pytest.mark.parametrize("seed", [1, 2])
async def test_p13_the_books_stay_right(database: Database, temporal: str, seed: int) -> None:
    """Partial, parallel, failing, pending, unknown: debits are credits, and what is derived is what is stored."""
    dice = random.Random(seed)
    money = provider(dice, CRUEL)
    async with counter_of(database, temporal, money) as counter:
        payments = [await counter.payment(mug=2, pen=20), await counter.payment(pen=40)]
        await some_money(counter, dice, payments, rounds=10)
        money.money = MoneyMoods()
        money.settle(fail=0.3)
        await counter.rests()
        assert await books_of(counter) == []
        assert await at_the_provider(counter) == []
        ended = await counter.rows("SELECT state FROM capture UNION ALL SELECT state FROM refund")
        assert {row.state for row in ended} == {"done", "failed"}, "the dice were too kind to prove anything"


async def test_p13_a_refund_is_never_of_more_than_was_taken(database: Database, temporal: str) -> None:
    async with counter_of(database, temporal, provider(random.Random(3), MoneyMoods())) as counter:
        payment = await counter.payment(mug=2)
        assert await counter.move("capture", payment, 15) is MoneyState.DONE
        ended = await asyncio.gather(*[counter.move("refund", payment, 6) for _ in range(5)])
        assert ended.count(MoneyState.DONE) == 2
        assert await books_of(counter) == []


async def test_p13_mutation_what_is_settled_twice_is_booked_twice(
    database: Database, temporal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always(self: settle_movement._Settling, moved: settle_movement.Moved) -> MoneyState:
        return await self._do(moved)

    monkeypatch.setattr(settle_movement._Settling, "settle", always)
    async with counter_of(database, temporal, provider(random.Random(4), MoneyMoods())) as counter:
        payment = await counter.payment(mug=2)
        id_ = await counter.begin("capture", payment, 5)
        moved = settle_movement.Moved(settle_movement.MovementStatus.DONE, Decimal(5))
        await database.transact(lambda s: settle_movement.settle_movement(s, "capture", id_, moved))
        await counter.ask("capture", id_)
        await database.transact(lambda s: settle_movement.settle_movement(s, "capture", id_, moved))
        captured = await counter.value("SELECT captured_amount FROM payment_collection")
        assert captured == 10, "5 were taken"


async def test_p13_mutation_a_summary_that_does_not_follow_is_found(
    database: Database, temporal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stale(*_: object) -> Summary | None:
        return None

    monkeypatch.setattr(settle_movement, "derive_summary", stale)
    async with counter_of(database, temporal, provider(random.Random(5), MoneyMoods())) as counter:
        await counter.move("capture", await counter.payment(mug=1), 5)
        assert any("paid_total" in sentence for sentence in await books_of(counter))
