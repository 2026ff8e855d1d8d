"""Captures and refunds, commit by commit: what they book, what the order shows, and that nothing is taken twice."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from commerce.ledger.rules import total
from commerce.payment.models import MoneyState
from commerce.payment.movements import MovementStatus
from kit.db import run
from kit.errors import CommerceError
from kit.ids import new_id
from operations.begin_movement import Wish, begin_capture, begin_refund
from operations.lock_payment import flows_of_order, lock_payment
from operations.settle_movement import Kind, Moved, settle_movement
from tests.support.checkout_audit import audit
from tests.support.checkout_steps import Steps

DONE, PENDING, FAILED = MovementStatus.DONE, MovementStatus.PENDING, MovementStatus.FAILED


class Till:
    """One paid order, and what is done about its money."""

    def __init__(self, steps: Steps, payment_id: str, order_id: str) -> None:
        self.steps, self.payment_id, self.order_id = steps, payment_id, order_id

    async def begin(self, kind: Kind, amount: object = None, id_: str | None = None, **more: str | None) -> str:
        id_ = id_ or new_id("capt" if kind == "capture" else "ref")
        wish = Wish(id=id_, payment_id=self.payment_id, amount=None if amount is None else Decimal(str(amount)))
        if kind == "capture":
            await self.steps.database.transact(lambda s: begin_capture(s, wish))
        else:
            asked = {"reason_id": None, "note": None, **more}
            await self.steps.database.transact(lambda s: begin_refund(s, wish, **asked))
        return id_

    async def settle(
        self, kind: Kind, id_: str, status: MovementStatus, amount: object, **more: str | None
    ) -> MoneyState:
        moved = Moved(status, Decimal(str(amount)), **more)
        return await self.steps.database.transact(lambda s: settle_movement(s, kind, id_, moved))

    async def move(self, kind: Kind, amount: object, **more: str | None) -> str:
        id_ = await self.begin(kind, amount, **more)
        assert await self.settle(kind, id_, DONE, amount, reference=f"at_{id_}") is MoneyState.DONE
        return id_

    async def summary(self) -> dict[str, Decimal]:
        sql = """SELECT key, value::numeric FROM order_summary s JOIN "order" o ON o.id = s.order_id
            AND o.version = s.version, jsonb_each_text(s.summary) WHERE o.id = $1"""
        return dict(await self.steps.rows(sql, self.order_id))  # type: ignore[arg-type]  # pairs

    async def collection(self) -> tuple[Any, ...]:
        sql = "SELECT status, authorized_amount, captured_amount, refunded_amount FROM payment_collection"
        return tuple(await self.steps.row(sql))

    async def transactions(self) -> list[tuple[Any, ...]]:
        return await self.steps.rows("SELECT reference, amount FROM order_transaction ORDER BY id")

    async def told(self, name: str) -> int:
        return int(await self.steps.value("SELECT count(*) FROM outbox_event WHERE name = $1", name))


@pytest.fixture
async def till(steps: Steps) -> Till:
    """Return an order of 20, held and not taken."""
    cart, _ = await steps.payable(mug=2)
    order = (await steps.place(await steps.claim(cart))).order_id
    assert order is not None
    return Till(steps, await steps.value("SELECT id FROM payment"), order)


class TestCapture:
    async def test_pending_books_nothing_and_is_spoken_for(self, till: Till) -> None:
        await till.begin("capture", 15)
        assert await till.collection() == ("authorized", 20, 0, 0)
        with pytest.raises(CommerceError, match="cannot capture more"):
            await till.begin("capture", 6)
        assert await till.transactions() == []

    async def test_in_parts(self, till: Till) -> None:
        await till.move("capture", 5)
        assert await till.collection() == ("authorized", 20, 5, 0)
        assert await till.steps.value("SELECT captured_at FROM payment") is None
        with pytest.raises(CommerceError, match="cannot capture more"):
            await till.begin("capture")
        await till.move("capture", 15)
        assert await till.collection() == ("completed", 20, 20, 0)
        assert await till.steps.value("SELECT captured_at FROM payment") is not None
        summary = await till.summary()
        assert (summary["paid_total"], summary["pending_difference"]) == (20, 0)
        assert await till.transactions() == [("capture", 5), ("capture", 15)]
        assert await till.told("payment.captured") == 2
        assert await audit(till.steps.database, []) == []

    async def test_of_the_whole_once_for_two_at_a_time(self, till: Till) -> None:
        asked = await asyncio.gather(*[till.begin("capture") for _ in range(4)], return_exceptions=True)
        assert sum(isinstance(each, str) for each in asked) == 1

    async def test_of_a_captured_payment_is_only_told(self, till: Till) -> None:
        await till.move("capture", 20)
        await till.begin("capture", 1)
        assert await till.told("payment.captured") == 2
        assert await till.steps.value("SELECT count(*) FROM capture") == 1

    async def test_settles_once(self, till: Till) -> None:
        id_ = await till.begin("capture", 20)
        settled = await asyncio.gather(*[till.settle("capture", id_, DONE, 20) for _ in range(4)])
        assert set(settled) == {MoneyState.DONE}
        assert await till.collection() == ("completed", 20, 20, 0)
        assert len(await till.transactions()) == 1

    async def test_that_failed_is_out_of_sight_and_may_be_asked_for_again(self, till: Till) -> None:
        id_ = await till.begin("capture", 20)
        assert await till.settle("capture", id_, FAILED, 20) is MoneyState.FAILED
        row = await till.steps.row("SELECT state, deleted_at, key_number FROM capture")
        assert (row.state, row.key_number) == ("failed", 1)
        assert row.deleted_at is not None
        await till.begin("capture", 20, id_=id_)
        row = await till.steps.row("SELECT state, deleted_at, key_number FROM capture")
        assert tuple(row) == ("pending", None, 2)
        assert await till.settle("capture", id_, DONE, 20) is MoneyState.DONE

    async def test_taken_back_after_it_was_done(self, till: Till) -> None:
        id_ = await till.move("capture", 20)
        assert await till.settle("capture", id_, FAILED, 20) is MoneyState.FAILED
        assert await till.settle("capture", id_, FAILED, 20) is MoneyState.FAILED
        assert await till.collection() == ("authorized", 20, 0, 0)
        assert await till.steps.value("SELECT captured_at FROM payment") is None
        assert (await till.summary())["pending_difference"] == 20
        assert await till.told("payment.capture_failed") == 1
        assert await till.settle("capture", id_, DONE, 20) is MoneyState.DONE
        assert await till.collection() == ("completed", 20, 20, 0)

    async def test_done_elsewhere_in_another_amount(self, till: Till) -> None:
        id_ = await till.begin("capture", 20)
        await till.settle("capture", id_, DONE, 12)
        assert await till.collection() == ("authorized", 20, 12, 0)
        assert await till.steps.value("SELECT amount FROM capture") == 12

    async def test_by_hand_says_how(self, till: Till) -> None:
        id_ = await till.begin("capture", 20)
        await till.settle("capture", id_, DONE, 20, note="by bank transfer")
        assert await till.collection() == ("completed", 20, 20, 0)
        assert await till.steps.value("SELECT note FROM ledger_entry WHERE source_id = $1", id_) == "by bank transfer"

    async def test_of_a_canceled_payment_is_refused(self, till: Till) -> None:
        async with till.steps.database.engine.begin() as connection:
            await run(connection, "UPDATE payment SET canceled_at = now()")
        with pytest.raises(CommerceError, match="has been canceled"):
            await till.begin("capture", 1)

    async def test_of_a_fraction_of_a_cent_is_refused(self, till: Till) -> None:
        with pytest.raises(CommerceError, match="not an amount"):
            await till.begin("capture", "1.001")


class TestRefund:
    async def test_not_owed_becomes_a_credit_line(self, till: Till) -> None:
        await till.move("capture", 20)
        await till.move("refund", 5)
        summary = await till.summary()
        assert (summary["current_order_total"], summary["original_order_total"]) == (15, 20)
        assert (summary["credit_line_total"], summary["pending_difference"]) == (5, 0)
        assert (summary["paid_total"], summary["refunded_total"]) == (20, 5)
        assert await till.collection() == ("completed", 20, 20, 5)
        line = await till.steps.row("SELECT reference, reference_id, amount, version, metadata FROM order_credit_line")
        collection = await till.steps.value("SELECT id FROM payment_collection")
        assert tuple(line) == ("payment_collection", collection, 5, 2, {"created_in_version": 2})
        assert await till.steps.value('SELECT version FROM "order"') == 2
        assert await till.steps.value("SELECT count(*) FROM order_item WHERE version = 2") == 1
        assert await till.transactions() == [("capture", 20), ("refund", -5)]
        assert await till.told("payment.refunded") == 1

    async def test_owed_lowers_nothing(self, till: Till) -> None:
        await till.move("capture", 20)
        async with till.steps.database.engine.begin() as connection:
            await run(
                connection,
                """UPDATE order_summary SET totals = totals || '{"total": 16}',
              summary = summary || '{"pending_difference": -4}'""",
            )
        await till.move("refund", 3)
        assert await till.steps.value("SELECT count(*) FROM order_credit_line") == 0
        assert (await till.summary())["pending_difference"] == -1
        await till.move("refund", 3)
        assert await till.steps.value("SELECT amount FROM order_credit_line") == 2

    async def test_of_more_than_was_taken_is_refused(self, till: Till) -> None:
        await till.move("capture", 10)
        await till.begin("refund", 7)
        with pytest.raises(CommerceError, match="refund more than the captured amount"):
            await till.begin("refund", 4)

    async def test_that_failed_after_it_was_done_is_owed_again(self, till: Till) -> None:
        await till.move("capture", 20)
        id_ = await till.move("refund", 5)
        await till.settle("refund", id_, FAILED, 5)
        assert await till.collection() == ("completed", 20, 20, 0)
        assert (await till.summary())["pending_difference"] == -5
        assert await till.told("payment.refund_failed") == 1
        payment = await till.steps.database.transact(lambda s: lock_payment(s, till.payment_id))
        assert total("refunded", payment.flows) == 0

    async def test_for_an_unknown_reason_is_refused(self, till: Till) -> None:
        await till.move("capture", 20)
        with pytest.raises(CommerceError, match="refund_reason_id: refr_x, but such entity does not exist"):
            await till.begin("refund", 5, reason_id="refr_x")

    async def test_pending_at_the_provider_is_not_given_back(self, till: Till) -> None:
        await till.move("capture", 20)
        id_ = await till.begin("refund", 5)
        assert await till.settle("refund", id_, PENDING, 5, reference="re_1") is MoneyState.PENDING
        assert await till.collection() == ("completed", 20, 20, 0)
        assert await till.steps.value("SELECT provider_reference FROM refund") == "re_1"

    async def test_every_entry_has_an_order(self, till: Till) -> None:
        await till.move("capture", 20)
        await till.move("refund", 5)
        async with till.steps.database.reading() as connection:
            flows = await flows_of_order(connection, till.order_id)
        assert (total("captured", flows), total("refunded", flows), total("credited", flows)) == (20, 5, 5)
