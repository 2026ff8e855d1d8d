"""Promise 1: one cart, one order, one charge; every caller hears of the same order."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Claim, Outcome, OutcomeKind
from operations import begin_checkout, place_order
from operations.record_payment import Paid
from operations.refuse_checkout import refuse_checkout
from tests.promises.till import Till, fake, without
from tests.support.checkout_world import Chances

ONE_ATTEMPT = "DROP INDEX uq_checkout_attempt_cart_id_open"
ONE_ORDER = 'ALTER TABLE "order" DROP CONSTRAINT uq_order_cart_id'


@pytest.mark.parametrize("chances", [Chances(), Chances(0.05, 0.05, 0.1, 0.1)], ids=["calm", "dying"])
async def test_p01_parallel_runs_and_webhooks_make_one_order(till: Till, chances: Chances) -> None:
    """Every run is one that does not know of the others, as after the loss of the store; some die at every edge."""
    cart_id = await till.cart({"pen": 2, "mug": 1}, "pp_cancel")
    session_id = await till.value("SELECT id FROM payment_session")
    till.world.chances = chances
    runs = [till.world.start_beside("complete-cart", cart_id) for _ in range(50)]
    webhooks = [till.world.start_beside("resolve-session", session_id) for _ in range(10)]
    told = [await run.outcome for run in runs]
    await asyncio.gather(*[run.task for run in webhooks if run.task is not None])
    await till.rest()
    told += await asyncio.gather(*[till.press(cart_id) for _ in range(5)])
    orders = await till.orders(cart_id)
    assert len(orders) == 1
    assert {outcome.order_id for outcome in told} <= {None, *orders}
    assert {outcome.kind for outcome in told} <= {OutcomeKind.ORDER, OutcomeKind.UNDECIDED}
    assert [outcome.order_id for outcome in told[-5:]] == orders * 5
    assert fake(till, "pp_cancel").intents[session_id].money
    assert await till.wrong() == []


async def test_p01_callers_of_one_run_hear_the_same(till: Till) -> None:
    cart_id = await till.cart({"pen": 1}, "pp_keys")
    told = await asyncio.gather(*[till.press(cart_id) for _ in range(50)])
    assert {outcome.order_id for outcome in told} == set(await till.orders(cart_id))


async def test_p01_a_run_that_lost_its_attempt_commits_nothing(till: Till) -> None:
    assert await late_refusal(till) == []


async def test_p01_mutation_a_refusal_by_whoever_comes(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "operations.refuse_checkout._REFUSE", "AND run_id = $2", "AND $2 <> ''")
    assert any("no order" in sentence for sentence in await late_refusal(till))


async def late_refusal(till: Till) -> list[str]:
    """Let a run be adopted, and commit its refusal late, before its successor places the order."""
    cart_id = await till.cart({"pen": 1}, "pp_keys")
    session_id = await till.value("SELECT id FROM payment_session")
    lost, mine = await till.begin(cart_id, "lost"), await till.begin(cart_id, "mine")
    word = await till.world.providers["pp_keys"].authorise((await till.world.load(session_id)).request)
    declined = Outcome(OutcomeKind.DECLINED, session_id)
    await till.database.transact(lambda s: refuse_checkout(s, lost, declined, "pending"))
    end = await till.database.transact(lambda s: place_order.place_order(s, mine, Paid(word.status, word.held)))
    return ([] if end.order_id else [f"paid, and no order: {end.kind}"]) + await till.wrong()


async def two_without_a_lock(till: Till, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let two runs begin and place one free cart with no lock and no guard between them."""
    both = asyncio.Barrier(2)

    async def no_lock(_: AsyncSession, __: str) -> None:
        """Lock nothing."""

    async def meet(_: AsyncSession, __: str) -> None:
        async with asyncio.timeout(5):
            await both.wait()

    for module in (begin_checkout, place_order):
        monkeypatch.setattr(module, "take_lock", no_lock)
    monkeypatch.setattr(begin_checkout, "_recheck", meet)
    without(
        monkeypatch, "operations.place_order._CLAIM", "AND c.version = a.cart_version\n  AND c.completed_at IS NULL"
    )
    without(monkeypatch, "operations.write_order._HEAD", "AND completed_at IS NULL")

    async def place(claim: Claim) -> None:
        await till.database.transact(lambda s: place_order.place_order(s, claim, Paid("free")))

    cart_id = await till.cart({"gift": 1}, None)
    # Both have begun before either places: a loaded machine would else let one finish before the other begins.
    begun = await asyncio.gather(*[till.begin(cart_id, run) for run in ("one", "two")], return_exceptions=True)
    claims = [claim for claim in begun if not isinstance(claim, BaseException)]
    ends = await asyncio.gather(*map(place, claims), return_exceptions=True)
    refused = [end for end in (*begun, *ends) if isinstance(end, BaseException)]
    assert all(isinstance(end, IntegrityError) for end in refused), refused
    return await till.wrong()


@pytest.mark.parametrize("dropped", [(), (ONE_ATTEMPT,), (ONE_ORDER,)], ids=["both", "one order", "one attempt"])
async def test_p01_the_database_alone_holds_it(
    till: Till, monkeypatch: pytest.MonkeyPatch, dropped: tuple[str, ...]
) -> None:
    """Each of the two constraints is enough, with every lock and every condition gone from the code."""
    await till.change(*dropped)
    wrong = await two_without_a_lock(till, monkeypatch)
    assert not [sentence for sentence in wrong if "two orders" in sentence]
    assert await till.value('SELECT count(*) FROM "order"') == 1


async def test_p01_mutation_without_constraints_there_are_two(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    await till.change(ONE_ATTEMPT, ONE_ORDER)
    wrong = await two_without_a_lock(till, monkeypatch)
    assert any("a cart has two orders" in sentence for sentence in wrong), wrong
