"""resolve, release and the sweeps: whatever a provider says, money becomes an order or goes back."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.port import Holding, SessionResult
from kit.db import run
from kit.errors import CommerceError
from operations import sweep_checkouts as sweeps
from operations.open_payment_session import record_session_intent, settle_session
from operations.order_collections import delete_collection
from operations.release_session import begin_release, finish_release, let_go_of_refused, settle_by_hand
from operations.resolve_session import Resolved, abandon_session
from tests.support.checkout_audit import audit
from tests.support.checkout_steps import PROVIDER, Steps
from tests.support.small_shop import add_items


async def handed_over(steps: Steps, **items: int) -> tuple[str, str]:
    cart, session = await steps.payable(**items)
    await steps.hand_over(await steps.claim(cart))
    return cart, session


class TestResolve:
    async def test_yes_places_the_order(self, steps: Steps) -> None:
        cart, session = await handed_over(steps, mug=2)
        assert await steps.resolve(session, Holding.HELD, 20) == Resolved.PLACED
        assert (await steps.attempts(cart), await steps.fate(session)) == (["placed"], "consumed")
        assert await steps.stock("mug") == [(2, 0), (0, 0)]
        assert await steps.resolve(session, Holding.HELD, 20) == Resolved.NOTHING
        assert await audit(steps.database, []) == []

    @pytest.mark.parametrize("holding", [Holding.NOTHING, Holding.UNKNOWN, Holding.RELEASED])
    async def test_no_money_lets_go(self, steps: Steps, holding: Holding) -> None:
        cart, session = await handed_over(steps, mug=2)
        assert await steps.resolve(session, holding) == Resolved.ABANDONED
        assert (await steps.attempts(cart), await steps.fate(session)) == (["abandoned"], "releasing")

    async def test_another_amount_lets_go(self, steps: Steps) -> None:
        _, session = await handed_over(steps, mug=2)
        assert await steps.resolve(session, Holding.HELD, 19) == Resolved.ABANDONED
        assert await steps.fate(session) == "releasing"

    async def test_p07_sold_out_meanwhile_lets_go(self, steps: Steps) -> None:
        _, session = await handed_over(steps, mug=4)
        other, _ = await steps.payable(mug=2)
        await steps.place(await steps.claim(other, "run_2"))
        assert await steps.resolve(session, Holding.HELD, 40) == Resolved.ABANDONED
        assert await steps.fate(session) == "releasing"
        assert await steps.stock("mug") == [(2, 0), (0, 0)]

    async def test_p05_an_edited_cart_lets_go(self, steps: Steps) -> None:
        cart, session = await handed_over(steps, mug=2)
        await steps.database.transact(lambda s: add_items(s, steps.shop, cart, {"pen": 1}))
        assert await steps.fate(session) == "superseded"
        assert await steps.resolve(session, Holding.HELD, 20) == Resolved.ABANDONED
        assert await steps.fate(session) == "releasing"

    async def test_a_second_card_that_is_being_charged_comes_first(self, steps: Steps) -> None:
        cart, first = await handed_over(steps, mug=2)
        await steps.session(cart)
        claim = await steps.claim(cart, "run_2")
        assert await steps.resolve(first, Holding.HELD, 20) == Resolved.ABANDONED
        assert (await steps.place(claim)).order_id is not None
        assert await steps.fate(first) == "releasing"

    async def test_a_person_who_cancels(self, steps: Steps) -> None:
        cart, session = await handed_over(steps, mug=2)
        abandon = partial(abandon_session, session_id=session)
        assert await steps.database.transact(abandon) == Resolved.ABANDONED
        assert (await steps.attempts(cart), await steps.fate(session)) == (["abandoned"], "releasing")
        assert await steps.database.transact(abandon) == Resolved.NOTHING

    async def test_what_was_proven_released_stays_released(self, steps: Steps) -> None:
        cart, session = await handed_over(steps, mug=2)
        await steps.session(cart)  # supersedes the first
        await released(steps, session)
        assert await steps.resolve(session, Holding.RELEASED) == Resolved.ABANDONED
        assert await steps.fate(session) == "released"

    async def test_p02_money_that_nobody_waits_for_completes_the_cart(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=2)
        assert await steps.resolve(session, Holding.HELD, 20) == Resolved.COMPLETING
        assert await steps.asked("complete-cart") == [cart]

    async def test_a_session_that_ended_at_the_provider_is_let_go(self, steps: Steps) -> None:
        _, session = await steps.payable(mug=2)
        assert await steps.resolve(session, Holding.NOTHING) == Resolved.NOTHING
        assert await steps.resolve(session, Holding.RELEASED) == Resolved.RELEASING
        assert await steps.fate(session) == "releasing"

    async def test_money_on_released_is_released_again(self, steps: Steps) -> None:
        cart, session = await handed_over(steps, mug=2)
        await steps.session(cart)
        await released(steps, session)
        assert await steps.resolve(session, Holding.NOTHING) == Resolved.ABANDONED
        assert await steps.resolve(session, Holding.HELD, 20) == Resolved.RELEASING
        await released(steps, session, voided=20)
        booked = await steps.rows("SELECT debit, credit, amount FROM ledger_entry ORDER BY debit")
        assert booked == [("held", "shopper", 20), ("shopper", "held", 20)]

    async def test_an_order_session_is_nobodys_business(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.place(await steps.claim(cart))
        for holding in Holding:
            assert await steps.resolve(session, holding, 10) == Resolved.NOTHING
        assert await steps.resolve("payses_nope", Holding.HELD) == Resolved.NOTHING


async def released(steps: Steps, session: str, voided: int = 0, refunded: int = 0) -> None:
    assert await steps.database.transact(lambda s: begin_release(s, session))
    amounts: dict[str, Any] = {"voided": Decimal(voided), "refunded": Decimal(refunded)}
    assert await steps.database.transact(lambda s: finish_release(s, session, reference="ref", **amounts))


class TestRelease:
    async def test_books_what_went_back(self, steps: Steps) -> None:
        cart, session = await handed_over(steps, mug=2)
        await steps.resolve(session, Holding.NOTHING)
        await released(steps, session, voided=5, refunded=15)
        assert await steps.rows("SELECT debit, credit, amount FROM ledger_entry ORDER BY id") == [
            ("held", "shopper", 20),
            ("captured", "held", 15),
            ("shopper", "held", 5),
            ("shopper", "captured", 15),
        ]
        assert await steps.fate(session) == "released"
        assert await steps.attempts(cart) == ["abandoned"]
        assert not await steps.database.transact(lambda s: begin_release(s, session))

    async def test_p03_an_orders_money_is_never_released(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.place(await steps.claim(cart))
        assert not await steps.database.transact(lambda s: begin_release(s, session))
        finish = partial(finish_release, session_id=session, reference="ref", voided=Decimal(10), refunded=Decimal(0))
        assert not await steps.database.transact(finish)
        assert not await steps.database.transact(lambda s: let_go_of_refused(s, session))
        assert await steps.fate(session) == "consumed"

    async def test_a_running_attempts_money_is_not_released(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.claim(cart)
        assert not await steps.database.transact(lambda s: begin_release(s, session))
        assert not await steps.database.transact(lambda s: let_go_of_refused(s, session))

    async def test_settled_by_hand(self, steps: Steps) -> None:
        _, session = await steps.payable(mug=1)
        assert await steps.database.transact(lambda s: let_go_of_refused(s, session))
        assert await steps.database.transact(lambda s: settle_by_hand(s, session, "voided in the dashboard"))
        booked = await steps.rows("SELECT debit, credit, amount, note FROM ledger_entry")
        assert booked == [("settled_by_hand", "shopper", 10, "voided in the dashboard")]
        assert await steps.fate(session) == "released"


class TestSweeps:
    async def age(self, steps: Steps, table: str, seconds: int, columns: str = "updated_at") -> None:
        async with steps.database.engine.begin() as connection:
            for column in columns.split():
                await run(connection, f"UPDATE {table} SET {column} = now() - interval '{seconds} seconds'")  # noqa: S608 - a test's own words

    async def test_an_orphan_is_asked_for_once_until_the_relay_took_it(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=1)
        await steps.claim(cart)
        assert await steps.database.transact(sweeps.adopt_orphans) == 0, "its run is young"
        for _ in range(2):
            await self.age(steps, "checkout_attempt", 6)
            assert await steps.database.transact(sweeps.adopt_orphans) == 1
        assert await steps.asked("complete-cart") == [cart]

    async def test_overdue_attempts_are_handed_over(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.claim(cart, deadline=0)
        assert await steps.database.transact(sweeps.hand_over_overdue) == 1
        assert await steps.database.transact(sweeps.hand_over_overdue) == 0
        assert (await steps.attempts(cart), await steps.asked("resolve-session")) == (["handed_over"], [session])

    async def test_handed_over_ones_are_resolved(self, steps: Steps) -> None:
        await handed_over(steps, mug=1)
        await self.age(steps, "checkout_attempt", 31)
        assert await steps.database.transact(sweeps.resolve_handed_over) == 1
        assert await steps.database.transact(sweeps.resolve_handed_over) == 0, "it rests"

    async def test_sessions_that_were_never_settled_are_released(self, steps: Steps) -> None:
        _, session = await steps.payable(mug=1)
        async with steps.database.engine.begin() as connection:
            await run(connection, "UPDATE payment_session SET fate = 'creating'")
        assert await steps.database.transact(sweeps.release_creating) == 0
        await self.age(steps, "payment_session", 61, "created_at")
        assert await steps.database.transact(sweeps.release_creating) == 1
        assert (await steps.fate(session), await steps.asked("release-session")) == ("releasing", [session])

    async def test_ended_sessions_are_released(self, steps: Steps) -> None:
        cart, first = await steps.payable(mug=1)
        await steps.session(cart)
        async with steps.database.engine.begin() as connection:
            await run(connection, "DELETE FROM outbox_event")
        await self.age(steps, "payment_session", 31)
        assert await steps.database.transact(sweeps.release_ended) == 1
        assert await steps.asked("release-session") == [first]

    async def test_only_money_that_may_come_by_itself_is_asked_about(self, steps: Steps) -> None:
        _, session = await steps.payable(mug=1)
        await self.age(steps, "payment_session", 601, "created_at updated_at")
        ask = partial(sweeps.ask_about_open, confirmed_by_client=[])
        browsers = partial(sweeps.ask_about_open, confirmed_by_client=[PROVIDER])
        assert await steps.database.transact(ask) == 0
        assert await steps.database.transact(browsers) == 1
        assert await steps.database.transact(browsers) == 0, "it rests"
        assert await steps.asked("resolve-session") == [session]

    async def test_an_old_session_rests_a_quarter_of_its_age(self, steps: Steps) -> None:
        await steps.payable(mug=1)
        browsers = partial(sweeps.ask_about_open, confirmed_by_client=[PROVIDER])
        await self.age(steps, "payment_session", 8 * 3600, "created_at")
        await self.age(steps, "payment_session", 3600)
        assert await steps.database.transact(browsers) == 0
        await self.age(steps, "payment_session", 2 * 3600)
        assert await steps.database.transact(browsers) == 1


class TestDeletedCollection:
    """An admin deletes the collection of a cart that is being paid: nobody's money is forgotten."""

    async def test_p02_a_session_that_settles_after_it_is_let_go(self, steps: Steps) -> None:
        cart = await steps.cart(mug=2)
        collection = await steps.value("SELECT id FROM payment_collection WHERE cart_id = $1", cart)
        intent = await steps.database.transact(lambda s: record_session_intent(s, collection, PROVIDER, {}))
        await steps.database.transact(lambda s: delete_collection(s, collection))
        result = SessionResult(status=SessionStatus.PENDING, data={}, reference="ref_1")
        assert not await steps.database.transact(lambda s: settle_session(s, intent, result))
        assert await steps.fate(intent.request.session_id) == "releasing"
        assert await steps.asked("release-session") == [intent.request.session_id]

    async def test_p02_money_that_comes_for_it_goes_back(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=2)
        collection = await steps.value("SELECT id FROM payment_collection WHERE cart_id = $1", cart)
        await steps.database.transact(lambda s: delete_collection(s, collection))
        assert await steps.database.transact(lambda s: begin_release(s, session))
        gone = partial(finish_release, session_id=session, reference=None, voided=Decimal(0), refunded=Decimal(0))
        assert await steps.database.transact(gone)
        assert await steps.resolve(session, Holding.UNKNOWN) == Resolved.NOTHING
        assert await steps.resolve(session, Holding.HELD, 20) == Resolved.RELEASING
        assert await steps.fate(session) == "releasing"

    async def test_p18_one_whose_money_is_still_asked_about_stays(self, steps: Steps) -> None:
        cart, session = await handed_over(steps, mug=2)
        collection = await steps.value("SELECT id FROM payment_collection WHERE cart_id = $1", cart)
        with pytest.raises(CommerceError, match="conflicted"):
            await steps.database.transact(lambda s: delete_collection(s, collection))
        assert await steps.resolve(session, Holding.HELD, 20) == Resolved.PLACED
        with pytest.raises(CommerceError, match="not_paid"):
            await steps.database.transact(lambda s: delete_collection(s, collection))
