"""Promise 9: webhooks in any order, twice, late or never end in one state; tests/api/test_hooks.py has the door."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from decimal import Decimal

import pytest

from commerce.payment.movements import DisputeStatus
from commerce.payment.port import StatusResult
from kit.db import Database, run
from operations import follow_provider
from operations.receive_event import ask_about_events
from tests.promises.counter import Counter, sold
from tests.promises.till import Till, without
from tests.support.checkout_steps import Steps
from tests.support.sandbox import Sandbox
from tests.support.small_shop import make_shop
from tests.support.told import Followed, dispute, movement, paid_order, told

TAKEN = (movement("ch_1", 20),)
SOME, MORE = movement("re_1", 5), movement("re_2", 4)
LIFE: tuple[StatusResult, ...] = (
    told(20),  # authorised
    told(captures=TAKEN),
    told(captures=TAKEN, refunds=(SOME,)),  # a part
    told(captures=TAKEN, refunds=(SOME, MORE)),
    told(captures=TAKEN, refunds=(SOME, MORE), disputes=(dispute(DisputeStatus.OPEN, 11),)),
)
"""What the provider has after each of the five events of an order's life."""

END = {"authorized": 20, "captured": 20, "refunded": 9, "credited": 9, "disputed": 11}


@pytest.fixture
async def steps(database: Database) -> Steps:
    return Steps(database, await database.transact(lambda s: make_shop(s, scarce=10_000)))


async def hears(paid: Followed, order: Sequence[int]) -> tuple[object, ...]:
    """Work off answers that were asked for after each event, in this order: workers are slow, and overtake."""
    for number in order:
        await paid.follow(LIFE[number], asked=number)
    rows = await paid.steps.rows("SELECT state, amount FROM capture UNION ALL SELECT state, amount FROM refund")
    return await paid.books(), await paid.collection(), await paid.summary(), sorted(rows), sorted(await paid.events())


async def fresh(steps: Steps) -> Followed:
    """Forget every order, so that a test can look at its only one, and place it."""
    tables = (
        "payment_dispute, refund, capture, payment, order_transaction, order_credit_line, ledger_entry, outbox_event"
    )
    async with steps.database.engine.begin() as connection:
        await run(connection, f"TRUNCATE {tables}, checkout_attempt, payment_session, payment_collection CASCADE")
    return await paid_order(steps)


@pytest.mark.timeout(240)
async def test_p09_any_order_and_any_number_end_in_one_state(steps: Steps) -> None:
    dice = random.Random(9)
    expected = await hears(await fresh(steps), range(5))
    assert expected[0] == END
    for order in itertools.permutations(range(5)):
        twice = [*order, *dice.choices(order, k=3)]
        dice.shuffle(twice)
        whole = (*order, *twice) if dice.random() < 0.5 else (*twice, *order)
        assert await hears(await fresh(steps), whole) == expected, whole


async def test_p09_mutation_a_late_answer_that_counts_ends_in_another_state(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = told(captures=TAKEN, disputes=(dispute(DisputeStatus.LOST),))
    opened = told(captures=TAKEN, disputes=(dispute(DisputeStatus.OPEN),))
    paid = await fresh(steps)
    await paid.follow(lost, asked=2)
    await paid.follow(opened, asked=1)
    assert (await paid.books())["refunded"] == 20
    without(monkeypatch, f"{follow_provider.__name__}._TURN", "AND (followed_at IS NULL OR followed_at <= $2)")
    await paid.follow(opened, asked=1)
    assert (await paid.books())["disputed"] == 20


@pytest.fixture
async def counter(sandbox_till: Till, shared_sandbox: Sandbox) -> Counter:
    return await sold(sandbox_till, shared_sandbox)


@pytest.mark.parametrize("seed", range(4))
async def test_p09_signed_webhooks_shuffled_and_doubled(counter: Counter, seed: int) -> None:
    dice = random.Random(seed)
    await counter.at_provider("capture")
    await counter.at_provider("refund", amount="5")
    await counter.at_provider("refund", amount="4")
    await counter.at_provider("dispute", status="open", amount="10.90")
    events = await counter.told()
    assert len({event.id for event in events}) == len(events) > 4
    heard = [*events, *events]
    dice.shuffle(heard)
    news = [event.id for event in heard if await counter.hear(event)]
    assert sorted(news) == sorted(event.id for event in events), "each was new once"
    assert await counter.till.value("SELECT count(*) FROM provider_event WHERE state = 'done'") == len(events)
    assert await counter.books() == {
        "authorized": Decimal("19.90"),
        "captured": Decimal("19.90"),
        "refunded": Decimal(9),
        "credited": Decimal(9),
        "disputed": Decimal("10.90"),
    }
    told_of = ["payment.captured", "payment.dispute_opened", "payment.refunded", "payment.refunded"]
    assert sorted(await counter.events()) == told_of


async def test_p09_what_came_while_the_workflow_store_was_lost_is_asked_about(counter: Counter) -> None:
    """The start was acknowledged, and its run lost: the row in the inbox is what the sweep goes by."""
    await counter.at_provider("capture")
    [*_, event] = await counter.told()
    stored = """INSERT INTO provider_event (provider_id, event_id, kind, body, session_id, state, occurred_at, asked_at)
      VALUES ('pp_sandbox_sandbox', $1, 'x', '', $2, 'stored', now(), now())"""
    await counter.till.database.transact(lambda s: run(s, stored, event.id, counter.session_id))
    transact = counter.till.database.transact
    assert await transact(ask_about_events) == 0, "a run may still be at it"
    await counter.till.change("UPDATE provider_event SET asked_at = now() - interval '11 seconds'")
    assert await transact(ask_about_events) == 1
    asked = "SELECT data ->> 'session_id' FROM outbox_event WHERE name = 'start.process-payment-workflow'"
    assert await counter.till.value(asked) == counter.session_id
    assert await transact(ask_about_events) == 0, "it rests before the next asking"
    await counter.follow()
    assert await counter.till.value("SELECT state FROM provider_event") == "done"


async def test_p09_an_event_before_its_session_has_a_reference_finds_it_later(counter: Counter) -> None:
    reference = await counter.till.value("SELECT provider_reference FROM payment_session")
    stored = """INSERT INTO provider_event
        (provider_id, event_id, kind, body, reference, state, occurred_at, received_at)
      VALUES ('pp_sandbox_sandbox', 'e1', 'x', '', $1, 'unmatched', now(), now() - interval '1 minute')"""
    await counter.till.database.transact(lambda s: run(s, stored, reference))
    assert await counter.till.database.transact(ask_about_events) == 1
    assert await counter.till.value("SELECT session_id FROM provider_event") == counter.session_id
