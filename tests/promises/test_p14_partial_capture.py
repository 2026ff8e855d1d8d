"""Promise 14 as far as captures go: part by part, what is left stays authorised, and never more than there was."""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal

import pytest

from commerce.payment.models import MoneyState
from kit.db import Database
from operations import begin_movement
from tests.support.counter import Counter, books_of, counter_of
from tests.support.fake_money import FakeMoney

PARTS = (Decimal(5), Decimal("7.99"), Decimal("7.01"))  # of 20, as three parcels leave


async def asked_for(counter: Counter) -> Decimal:
    """Return what was asked for and may still be taken, or was."""
    asked: Decimal = await counter.value("SELECT coalesce(sum(amount), 0) FROM capture WHERE state <> 'failed'")
    return asked


async def test_p14_a_capture_for_each_parcel_keeps_the_rest_authorised(database: Database, temporal: str) -> None:
    money = FakeMoney("pp_money", random.Random(1))
    async with counter_of(database, temporal, money) as counter:
        payment = await counter.payment(mug=2)
        session = await counter.value("SELECT payment_session_id FROM payment")
        taken = Decimal(0)
        for part in PARTS:
            assert await counter.value("SELECT captured_at FROM payment") is None
            assert await counter.move("capture", payment, part) is MoneyState.DONE
            taken += part
            assert money.left(session, "capture") == 20 - taken
            row = await counter.row("SELECT authorized_amount, captured_amount FROM payment_collection")
            assert tuple(row) == (20, taken)
        assert await counter.value("SELECT captured_at FROM payment") is not None
        assert await counter.value("SELECT status FROM payment_collection") == "completed"
        assert await books_of(counter) == []


async def test_p14_parcels_that_leave_at_once_take_no_more_than_there_is(database: Database, temporal: str) -> None:
    async with counter_of(database, temporal, FakeMoney("pp_money", random.Random(1))) as counter:
        payment = await counter.payment(mug=2)
        ended = await asyncio.gather(*[counter.move("capture", payment, 7) for _ in range(6)])
        assert ended.count(MoneyState.DONE) == 2
        assert await asked_for(counter) == 14
        assert await books_of(counter) == []


async def test_p14_mutation_what_is_pending_must_count(
    database: Database, temporal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = begin_movement.left_to_capture

    def all_but_pending(payment: begin_movement.LockedPayment) -> Decimal:
        return everything(payment) + payment.row.pending_captures

    monkeypatch.setattr(begin_movement, "left_to_capture", all_but_pending)
    async with counter_of(database, temporal, FakeMoney("pp_money", random.Random(1))) as counter:
        payment = await counter.payment(mug=2)
        for _ in range(4):
            await counter.begin("capture", payment, 7)
        assert await asked_for(counter) > 20
