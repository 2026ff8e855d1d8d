"""A checkout as it runs in production but for the processes: real workflows, real commits, a provider with moods."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from commerce.checkout.outcome import Outcome, OutcomeKind
from commerce.payment.port import Refused, SessionRequest, StatusResult
from durable.attention import Answer
from durable.client import Question
from durable.types import CompleteCartInput
from kit.db import Database, run, value
from operations.open_payment_session import record_session_intent, settle_session
from tests.support.checkout_audit import audit
from tests.support.checkout_shop import Motor, motor
from tests.support.durable import parked, until
from tests.support.fake_payments import FakePayments, Moods
from tests.support.small_shop import Shop, make_shop, new_cart


@dataclass
class Till:
    """One shop with one provider."""

    motor: Motor
    shop: Shop
    provider: FakePayments

    @property
    def database(self) -> Database:
        return self.motor.database

    async def cart(self, **items: int) -> str:
        return await self.database.transact(lambda s: new_cart(s, self.shop, items))

    async def session(self, cart_id: str) -> str:
        collection = await self.ask("SELECT id FROM payment_collection WHERE cart_id = $1", cart_id)
        intent = await self.database.transact(lambda s: record_session_intent(s, collection, self.provider.id, {}))
        result = await self.provider.create_session(intent.request)
        assert await self.database.transact(lambda s: settle_session(s, intent, result))
        return intent.request.session_id

    async def press(self, cart_id: str, session_id: str | None) -> Outcome:
        question = Question("outcome", session_id, Outcome, 30)
        return await self.motor.durable.ask("complete-cart", cart_id, CompleteCartInput(cart_id), question)

    async def ask(self, sql: str, *params: object) -> str:
        async with self.database.reading() as connection:
            return str(await value(connection, sql, *params))

    async def rests(self) -> None:
        """Wait until no attempt and no session is between two states, and nothing is wrong."""

        async def is_at_rest() -> bool:
            async with self.database.reading() as connection:
                moving = await run(
                    connection,
                    "SELECT id FROM checkout_attempt WHERE state IN ('open', 'handed_over') UNION ALL "
                    "SELECT id FROM payment_session WHERE fate IN ('creating', 'superseded', 'releasing') UNION ALL "
                    "SELECT id FROM outbox_event WHERE status = 'pending'",
                )
            return not moving

        await until(is_at_rest, "everything is at rest")
        assert await audit(self.database, [self.provider]) == []


@asynccontextmanager
async def till(
    database: Database, temporal: str, *, deadline: float = 30, by_browser: bool = False, moods: Moods | None = None
) -> AsyncIterator[Till]:
    provider = FakePayments("pp_fake", random.Random(1), confirmed_by_client=by_browser, moods=moods or Moods())
    shop = await database.transact(lambda s: make_shop(s, providers=(provider.id,)))
    async with motor(database, temporal, {provider.id: provider}, deadline_seconds=deadline) as running:
        yield Till(running, shop, provider)


async def test_a_cart_becomes_an_order(database: Database, temporal: str) -> None:
    async with till(database, temporal) as t:
        cart = await t.cart(mug=2, pen=1)
        session = await t.session(cart)
        outcomes = await asyncio.gather(*[t.press(cart, session) for _ in range(5)])
        assert {outcome.kind for outcome in outcomes} == {OutcomeKind.ORDER}
        assert len({outcome.order_id for outcome in outcomes}) == 1
        assert t.provider.calls.count(("authorise", session)) == 1
        await t.rests()


async def test_a_free_cart_becomes_an_order(database: Database, temporal: str) -> None:
    async with till(database, temporal) as t:
        cart = await t.cart(gift=1)
        assert (await t.press(cart, None)).kind == OutcomeKind.ORDER
        await t.rests()


async def test_a_declined_card_then_another_one(database: Database, temporal: str) -> None:
    async with till(database, temporal, moods=Moods(error=1)) as t:
        cart = await t.cart(mug=1)
        declined = await t.press(cart, await t.session(cart))
        assert declined.kind == OutcomeKind.DECLINED
        t.provider.moods.error = 0
        assert (await t.press(cart, await t.session(cart))).kind == OutcomeKind.ORDER
        await t.rests()


async def test_the_same_card_again_after_a_raised_decline(database: Database, temporal: str) -> None:
    """The next try has a new key: the old one would repeat the decline for ever."""
    async with till(database, temporal, moods=Moods(decline=1)) as t:
        cart = await t.cart(mug=1)
        session = await t.session(cart)
        raised = await t.press(cart, session)
        assert (raised.kind, raised.type) == (OutcomeKind.RAISED, "payment_authorization_error")
        t.provider.moods.decline = 0
        await t.motor.durable.closed("complete-cart", cart, within=10)
        assert (await t.press(cart, session)).kind == OutcomeKind.ORDER
        await t.rests()


async def test_an_outage_frees_the_cart_and_is_resolved(database: Database, temporal: str) -> None:
    """The charge lands after the deadline: the shopper is told that we look, then has the order (promise 4)."""
    async with till(database, temporal, deadline=1, moods=Moods(late=1, latest=1.5)) as t:
        cart = await t.cart(mug=1)
        session = await fair_session(t, cart)
        assert (await t.press(cart, session)).kind == OutcomeKind.UNDECIDED
        await t.provider.landed()
        await t.rests()
        fate = await t.ask("SELECT fate FROM payment_session WHERE id = $1", session)
        assert fate in ("consumed", "released"), "an order, or the money back"


async def fair_session(t: Till, cart: str) -> str:
    late, t.provider.moods.late = t.provider.moods.late, 0
    session = await t.session(cart)
    t.provider.moods.late = late
    return session


async def test_p02_paid_in_the_browser_and_never_came_back(database: Database, temporal: str) -> None:
    async with till(database, temporal, by_browser=True) as t:
        cart = await t.cart(mug=1)
        session = await t.session(cart)
        assert t.provider.confirm(session)
        await t.motor.sweep()

        async def has_order() -> bool:
            return await t.ask('SELECT count(*) FROM "order" WHERE cart_id = $1', cart) == "1"

        await until(has_order, "the sweep makes the order")
        await t.rests()


async def test_p07_out_of_stock_after_payment_resolves_itself(database: Database, temporal: str) -> None:
    async with till(database, temporal, by_browser=True) as t:
        cart = await t.cart(mug=5)
        session = await t.session(cart)
        assert t.provider.confirm(session)
        other = await t.cart(mug=1)
        other_session = await t.session(other)
        t.provider.confirm(other_session)
        assert (await t.press(other, other_session)).kind == OutcomeKind.ORDER
        sold_out = await t.press(cart, session)
        assert (sold_out.kind, sold_out.type) == (OutcomeKind.REFUSED, "not_allowed")
        assert "Not enough stock available for item" in sold_out.message

        async def is_released() -> bool:
            return await t.ask("SELECT fate FROM payment_session WHERE id = $1", session) == "released"

        await until(is_released, "the money is let go")
        assert t.provider.intents[session].voided == 50
        await t.rests()


async def test_a_lost_run_is_adopted(database: Database, temporal: str) -> None:
    """The store forgets the run in the middle of the authorisation; the sweep starts it anew (promise 26)."""
    async with till(database, temporal, moods=Moods(late=1, latest=1.5)) as t:
        cart = await t.cart(mug=1)
        session = await fair_session(t, cart)
        press = asyncio.create_task(t.press(cart, session))

        async def is_asked() -> bool:
            return ("authorise", session) in t.provider.calls

        await until(is_asked, "the provider is asked")
        client = await t.motor.durable.client()
        await client.get_workflow_handle(f"complete-cart:{cart}").terminate("the store was lost")
        with pytest.raises(Exception, match="processed"):
            await press
        t.provider.moods.late = 0
        await t.motor.sweep()

        async def has_order() -> bool:
            return await t.ask('SELECT count(*) FROM "order" WHERE cart_id = $1', cart) == "1"

        await until(has_order, "the new run makes the order")
        await t.rests()


async def test_p18_a_provider_that_refuses_us_shows_on_the_session(database: Database, temporal: str) -> None:
    async with till(database, temporal, by_browser=True) as t:
        cart = await t.cart(mug=1)
        session = await t.session(cart)
        t.provider.confirm(session)
        honest = t.provider.status

        async def refuse(_: SessionRequest) -> StatusResult:
            raise Refused("bad credentials")

        t.provider.status = refuse  # type: ignore[method-assign] # a mood that only this test has
        await t.motor.sweep()

        async def is_shown() -> bool:
            return await t.ask("SELECT attention FROM payment_session WHERE id = $1", session) == "bad credentials"

        await until(is_shown, "the session shows why")
        t.provider.status = honest  # type: ignore[method-assign]
        client = await t.motor.durable.client()
        handle = client.get_workflow_handle(f"resolve-session:{session}")
        assert (await parked(handle))["answers"] == ["retry", "cancel"]
        await handle.execute_update("resolve", Answer("retry"))

        async def has_order() -> bool:
            return await t.ask('SELECT count(*) FROM "order" WHERE cart_id = $1', cart) == "1"

        await until(has_order, "the retry makes the order")
        assert await t.ask("SELECT attention FROM payment_session WHERE id = $1", session) == "None"
        await t.rests()
