"""What is done at the provider arrives in our books, once, whatever was known before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.movements import DisputeStatus
from commerce.payment.port import Holding
from kit import clock
from kit.db import run
from kit.ids import new_id
from operations.begin_movement import Wish, begin_capture, begin_refund
from operations.settle_movement import Moved, settle_movement
from tests.support.checkout_audit import audit
from tests.support.checkout_steps import Steps
from tests.support.told import DONE, FAILED, PENDING, Followed, dispute, movement, paid_order, told

TAKEN = (movement("ch_1", 20),)


@pytest.fixture
async def paid(steps: Steps) -> Followed:
    return await paid_order(steps)


async def test_nothing_new_changes_nothing(paid: Followed) -> None:
    assert await paid.follow(told(20))
    assert await paid.books() == {"authorized": 20, "held": 20}
    assert await paid.events() == []


async def test_a_session_without_a_payment_is_none_of_its_business(steps: Steps) -> None:
    _, session_id = await steps.payable(mug=1)
    assert not await Followed(steps, session_id, "", "").follow(told(10))


class TestCapture:
    async def test_made_elsewhere_becomes_a_row(self, paid: Followed) -> None:
        for _ in range(2):
            await paid.follow(told(captures=TAKEN))
        assert await paid.collection() == ("completed", 20, 20, 0)
        row = await paid.steps.row("SELECT state, amount, provider_reference, key_number, created_by FROM capture")
        assert tuple(row) == ("done", 20, "ch_1", 0, None)
        assert await paid.events() == ["payment.captured"]
        assert await audit(paid.steps.database, []) == []

    async def test_of_ours_is_settled_by_its_key_and_not_again(self, paid: Followed) -> None:
        id_ = new_id("capt")
        wish = Wish(id=id_, payment_id=paid.payment_id, amount=Decimal(15))
        await paid.steps.database.transact(lambda s: begin_capture(s, wish))
        await paid.follow(told(5, captures=(movement("ch_1", 15, key=f"{id_}:1"),)))
        moved = Moved(DONE, Decimal(15), "ch_1")
        await paid.steps.database.transact(lambda s: settle_movement(s, "capture", id_, moved))
        await paid.follow(told(5, captures=(movement("ch_1", 15, key=f"{id_}:1"),)))
        assert await paid.books() == {"authorized": 20, "held": 5, "captured": 15}
        assert await paid.steps.value("SELECT count(*) FROM capture") == 1

    async def test_settled_by_us_first_is_known_by_its_reference(self, paid: Followed) -> None:
        id_ = new_id("capt")
        wish = Wish(id=id_, payment_id=paid.payment_id)
        await paid.steps.database.transact(lambda s: begin_capture(s, wish))
        moved = Moved(DONE, Decimal(20), "ch_1")
        await paid.steps.database.transact(lambda s: settle_movement(s, "capture", id_, moved))
        await paid.follow(told(captures=TAKEN))
        assert await paid.steps.rows("SELECT id, amount FROM capture") == [(id_, 20)]

    async def test_that_came_with_the_authorisation_gets_its_reference(self, steps: Steps) -> None:
        cart, session_id = await steps.payable(mug=2)
        order_id = (await steps.place(await steps.claim(cart), "captured", 0, 20)).order_id
        paid = Followed(steps, session_id, await steps.value("SELECT id FROM payment"), str(order_id))
        await paid.follow(told(captures=TAKEN))
        assert await steps.rows("SELECT amount, provider_reference FROM capture") == [(20, "ch_1")]
        assert await paid.books() == {"authorized": 20, "captured": 20}

    async def test_shown_as_one_that_grows_is_booked_by_what_is_new(self, paid: Followed) -> None:
        for amount in (5, 5, 12, 20, 20):
            await paid.follow(told(20 - amount, captures=(movement("ch_1", amount),)))
        assert await paid.books() == {"authorized": 20, "captured": 20}
        rows = await paid.steps.rows("SELECT amount, provider_reference FROM capture ORDER BY id")
        assert rows == [(5, "ch_1"), (7, "ch_1+1"), (8, "ch_1+2")]

    async def test_pending_there_is_neither_taken_nor_given_up(self, paid: Followed) -> None:
        await paid.follow(told(captures=(movement("ch_1", 20, PENDING),), holding=Holding.NOTHING))
        await paid.follow(told(captures=(movement("ch_1", 20, PENDING),), holding=Holding.HELD))
        assert await paid.books() == {"authorized": 20, "held": 20}
        await paid.follow(told(captures=TAKEN))
        assert await paid.books() == {"authorized": 20, "captured": 20}


class TestRefund:
    async def test_in_the_dashboard_is_a_row_and_a_credit(self, paid: Followed) -> None:
        await paid.follow(told(captures=TAKEN, refunds=(movement("re_1", 6),)))
        await paid.follow(told(captures=TAKEN, refunds=(movement("re_1", 6),)))
        assert await paid.books() == {"authorized": 20, "captured": 20, "refunded": 6, "credited": 6}
        assert await paid.collection() == ("completed", 20, 20, 6)
        assert (await paid.summary())["pending_difference"] == 0
        assert await paid.events() == ["payment.captured", "payment.refunded"]

    async def test_that_failed_is_taken_back_and_a_person_hears_of_it(self, paid: Followed) -> None:
        await paid.follow(told(captures=TAKEN, refunds=(movement("re_1", 6),)))
        failed = replace(movement("re_1", 6, FAILED), reason="lost_or_stolen_card")
        for _ in range(2):
            await paid.follow(told(captures=TAKEN, refunds=(failed,)))
        assert (await paid.books()).get("refunded", 0) == 0
        assert (await paid.collection())[3] == 0
        words = await paid.steps.value("SELECT attention FROM refund")
        assert words == "The refund of 6 eur failed at the provider (lost_or_stolen_card): the money did not move."
        assert await paid.events() == ["payment.captured", "payment.refunded", "payment.refund_failed"]

    async def test_pending_ends(self, paid: Followed) -> None:
        await paid.follow(told(captures=TAKEN))
        ids = [new_id("ref"), new_id("ref")]
        for id_ in ids:
            wish = Wish(id=id_, payment_id=paid.payment_id, amount=Decimal(5))
            await paid.steps.database.transact(lambda s, w=wish: begin_refund(s, w, reason_id=None, note=None))
        keyed = tuple(movement(f"re_{n}", 5, PENDING, f"{id_}:1") for n, id_ in enumerate(ids))
        await paid.follow(told(captures=TAKEN, refunds=keyed))
        assert await paid.steps.rows("SELECT state, provider_reference FROM refund ORDER BY id") == [
            ("pending", "re_0"),
            ("pending", "re_1"),
        ]
        ended = (replace(keyed[0], status=DONE), replace(keyed[1], status=FAILED))
        await paid.follow(told(captures=TAKEN, refunds=ended))
        assert await paid.steps.rows("SELECT state FROM refund ORDER BY id") == [("done",), ("failed",)]
        assert (await paid.books())["refunded"] == 5
        assert await paid.events() == ["payment.captured", "payment.refunded", "payment.refund_failed"]

    async def test_that_failed_under_an_earlier_key_says_nothing_of_the_next(self, paid: Followed) -> None:
        """A person asked for it again: the first key's failure must not undo what the second key did."""
        await paid.follow(told(captures=TAKEN))
        id_ = new_id("ref")
        wish = Wish(id=id_, payment_id=paid.payment_id, amount=Decimal(5))
        await paid.steps.database.transact(lambda s: begin_refund(s, wish, reason_id=None, note=None))
        first = movement("re_1", 5, FAILED, f"{id_}:1")
        await paid.follow(told(captures=TAKEN, refunds=(first,)))
        await paid.steps.database.transact(lambda s: begin_refund(s, wish, reason_id=None, note=None))
        await paid.follow(told(captures=TAKEN, refunds=(first,)))
        assert await paid.steps.value("SELECT state FROM refund") == "pending"
        second = movement("re_2", 5, DONE, f"{id_}:2")
        for refunds in ((first, second), (second, first)):
            await paid.follow(told(captures=TAKEN, refunds=refunds))
            assert await paid.steps.rows("SELECT state, provider_reference FROM refund") == [("done", "re_2")]
        assert (await paid.books())["refunded"] == 5
        assert await paid.events() == ["payment.captured", "payment.refund_failed", "payment.refunded"]


class TestDispute:
    async def test_is_opened_and_won(self, paid: Followed) -> None:
        for _ in range(2):
            await paid.follow(told(captures=TAKEN, disputes=(dispute(DisputeStatus.OPEN),)))
        assert await paid.books() == {"authorized": 20, "captured": 20, "disputed": 20}
        words = await paid.steps.value("SELECT attention FROM payment_dispute")
        assert words == "The shopper's bank disputes 20 eur (fraudulent): answer at the provider."
        for _ in range(2):
            await paid.follow(told(captures=TAKEN, disputes=(dispute(DisputeStatus.WON),)))
        assert await paid.books() == {"authorized": 20, "captured": 20}
        assert await paid.steps.value("SELECT attention FROM payment_dispute") is None
        assert await paid.events() == ["payment.captured", "payment.dispute_opened", "payment.dispute_won"]

    async def test_lost_is_the_shoppers(self, paid: Followed) -> None:
        await paid.follow(told(captures=TAKEN, disputes=(dispute(DisputeStatus.OPEN),)))
        for _ in range(2):
            await paid.follow(told(captures=TAKEN, disputes=(dispute(DisputeStatus.LOST),)))
        assert await paid.books() == {"authorized": 20, "captured": 20, "refunded": 20}
        assert (await paid.summary())["pending_difference"] == 20
        assert (await paid.collection())[3] == 20

    async def test_heard_of_only_when_it_was_lost_ends_the_same(self, paid: Followed) -> None:
        await paid.follow(told(captures=TAKEN, disputes=(dispute(DisputeStatus.LOST),)))
        assert await paid.books() == {"authorized": 20, "captured": 20, "refunded": 20}

    async def test_lost_and_won_after_all(self, paid: Followed) -> None:
        for status in (DisputeStatus.LOST, DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.WON):
            await paid.follow(told(captures=TAKEN, disputes=(dispute(status),)))
        assert await paid.books() == {"authorized": 20, "captured": 20}
        assert (await paid.summary())["pending_difference"] == 0

    async def test_inquiry_moves_nothing(self, paid: Followed) -> None:
        await paid.follow(told(captures=TAKEN, disputes=(dispute(DisputeStatus.INQUIRY),)))
        assert await paid.books() == {"authorized": 20, "captured": 20}
        assert "asks about" in await paid.steps.value("SELECT attention FROM payment_dispute")


class TestEndOfHolding:
    async def test_canceled_there(self, paid: Followed) -> None:
        for _ in range(2):
            await paid.follow(told())
        assert await paid.books() == {"authorized": 20, "freed": 20}
        assert (await paid.collection())[0] == "canceled"
        assert await paid.steps.value("SELECT canceled_at FROM payment") is not None
        assert await paid.events() == ["payment.canceled"]

    async def test_expired(self, paid: Followed) -> None:
        await paid.follow(told(20, expires_at=clock.now() + timedelta(days=6)))
        await paid.steps.database.transact(_let_time_pass)
        for _ in range(2):
            await paid.follow(told())
        assert await paid.books() == {"authorized": 20, "freed": 20}
        assert await paid.collection() == ("awaiting", 0, 0, 0)
        assert await paid.steps.value("SELECT canceled_at FROM payment") is None
        assert "expired" in await paid.steps.value("SELECT attention FROM payment")
        assert await paid.events() == ["payment.expired"]

    async def test_the_rest_is_let_go_with_the_capture(self, paid: Followed) -> None:
        for _ in range(2):
            await paid.follow(told(captures=(movement("ch_1", 12),)))
        assert await paid.books() == {"authorized": 20, "captured": 12, "freed": 8}
        assert await paid.steps.value("SELECT canceled_at FROM payment") is None

    @pytest.mark.parametrize("holding", [Holding.NOTHING, Holding.UNKNOWN])
    async def test_no_proof_no_change(self, paid: Followed, holding: Holding) -> None:
        await paid.follow(told(holding=holding))
        assert await paid.books() == {"authorized": 20, "held": 20}


async def test_fees_are_booked_as_they_change(paid: Followed) -> None:
    for fees in ("0.5", "0.5", "0.65", "0.3"):
        await paid.follow(told(captures=TAKEN, fees=Decimal(fees)))
    assert (await paid.books())["fees"] == Decimal("0.3")


async def test_p24_what_a_browser_confirms_with_is_not_kept_with_a_payment(paid: Followed) -> None:
    await change(paid, """UPDATE payment SET data = '{"id": "pi_1", "client_secret": "s", "refunded": true}'""")
    await paid.follow(told(20, data={"id": "pi_1", "client_secret": "s", "status": "requires_capture"}))
    kept = await paid.steps.value("SELECT data FROM payment")
    assert kept == {"id": "pi_1", "refunded": True, "status": "requires_capture"}


async def test_what_was_asked_earlier_changes_nothing_any_more(paid: Followed) -> None:
    await paid.follow(told(captures=TAKEN, disputes=(dispute(DisputeStatus.WON),)), asked=10)
    assert not await paid.follow(told(captures=TAKEN, disputes=(dispute(DisputeStatus.OPEN),)), asked=5)
    assert await paid.books() == {"authorized": 20, "captured": 20}


async def change(paid: Followed, sql: str) -> None:
    await paid.steps.database.transact(lambda s: run(s, sql))


async def _let_time_pass(session: AsyncSession) -> None:
    await run(session, "UPDATE payment SET expires_at = now() - interval '1 second'")
