"""Promise 21: provider, ledger and orders are compared; what differs is found, and healed or a person's matter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from activities.reconcile import ReconcileActivities
from euryale.cli.reconcile import compare_all
from kit import clock
from operations import compare_books
from operations.compare_books import HEALED, Divergence, Kind
from tests.promises.counter import Counter, sold
from tests.promises.till import Till
from tests.support.sandbox import Sandbox

BROWSER = "pp_sandbox_browser"


async def reconcile(till: Till, *, fix: bool = True) -> list[Divergence]:
    """Compare everything of the last hour, as the workflow and `euryale reconcile` do."""
    follow = Counter(till, None, "", "").steps  # type: ignore[arg-type]  # no sandbox is needed to follow
    steps = ReconcileActivities(till.database, till.world.providers, follow)
    return await compare_all(steps, clock.now() - timedelta(hours=1), fix=fix)


async def heard_all(till: Till) -> None:
    """Hear every webhook that is on its way."""
    await reconcile(till)
    await till.rest()
    await reconcile(till)


async def missed(counter: Counter) -> None:
    await counter.till.change("DELETE FROM provider_event WHERE event_id = (SELECT min(event_id) FROM provider_event)")


async def captured_there(counter: Counter) -> None:
    await counter.at_provider("capture", amount="4")


async def refunded_there(counter: Counter) -> None:
    await counter.at_provider("capture")
    await counter.follow()
    await counter.at_provider("refund", amount="4")


async def pending_here(counter: Counter) -> None:
    await counter.at_provider("capture")
    await counter.follow()
    await counter.till.change(
        "UPDATE capture SET state = 'pending'",
        "DELETE FROM ledger_entry WHERE debit = 'captured'",
        "DELETE FROM order_transaction",
    )


async def failed_there(counter: Counter) -> None:
    await counter.at_provider("capture")
    intent = await counter.at_provider("refund", amount="4")
    await counter.follow()
    await counter.at_provider("fail", movement=intent["movements"][-1]["id"])


async def disputed_there(counter: Counter) -> None:
    await counter.at_provider("capture")
    await counter.follow()
    await counter.at_provider("dispute", status="open")


async def voided_there(counter: Counter) -> None:
    await counter.at_provider("cancel")


async def shown_wrong(counter: Counter) -> None:
    await counter.till.change("UPDATE payment_collection SET captured_amount = 7, status = 'completed'")


async def paid_without_an_order(counter: Counter) -> None:
    cart_id = await counter.till.cart({"mug": 1}, BROWSER)
    reference = await counter.till.value(
        "SELECT provider_reference FROM payment_session WHERE provider_id = 'pp_sandbox_browser'"
    )
    assert cart_id
    counter.sandbox.confirm(reference).raise_for_status()


async def captured_here_only(counter: Counter) -> None:
    await counter.at_provider("capture", amount="4")
    await counter.follow()
    await counter.till.change("UPDATE capture SET provider_reference = 'nobody_knows', amount = 3, key_number = 1")


async def ledger_alone(counter: Counter) -> None:
    await counter.at_provider("capture", amount="4")
    await counter.follow()
    await counter.till.change("UPDATE ledger_entry SET amount = 6 WHERE debit = 'captured'")


async def unknown_there(counter: Counter) -> None:
    await counter.till.change("UPDATE payment_session SET provider_reference = 'intent_of_another_account'")


Plant = Callable[[Counter], Awaitable[None]]
PLANTED: dict[Kind, list[Plant]] = {
    Kind.MISSED_EVENT: [missed],
    Kind.MOVED_ELSEWHERE: [captured_there, refunded_there],
    Kind.NOT_ENDED: [pending_here],
    Kind.FAILED_SINCE: [failed_there],
    Kind.DISPUTE_CHANGED: [disputed_there],
    Kind.NOT_HELD: [voided_there],
    Kind.SHOWN_WRONG: [shown_wrong],
    Kind.MONEY_WITHOUT_ORDER: [paid_without_an_order],
    Kind.NEVER_MOVED: [captured_here_only],
    Kind.AMOUNT_DIFFERS: [ledger_alone],
    Kind.UNKNOWN_THERE: [unknown_there],
}
CASES = [pytest.param(kind, plant, id=plant.__name__) for kind, plants in PLANTED.items() for plant in plants]


@pytest.fixture
async def counter(sandbox_till: Till, shared_sandbox: Sandbox) -> Counter:
    return await sold(sandbox_till, shared_sandbox)


async def test_p21_a_clean_run_finds_nothing(counter: Counter) -> None:
    await heard_all(counter.till)
    await counter.at_provider("capture", amount="12")
    await counter.at_provider("refund", amount="5")
    await heard_all(counter.till)
    assert await reconcile(counter.till) == []
    assert await reconcile(counter.till, fix=False) == []


@pytest.mark.parametrize(("kind", "plant"), CASES)
async def test_p21_what_differs_is_found_and_healed_or_queued(counter: Counter, kind: Kind, plant: Plant) -> None:
    till = counter.till
    await heard_all(till)
    await plant(counter)
    before = await counter.state()
    looked = await reconcile(till, fix=False)
    assert kind in {one.kind for one in looked}
    assert {one.outcome for one in looked} <= {"found"}
    assert await counter.state() == before, "without --fix nothing is written"
    found = [one for one in await reconcile(till) if one.kind is kind]
    assert {one.outcome for one in found} == {"healed" if kind in HEALED else "attention"}
    await till.rest()
    left = [one for one in await reconcile(till) if one.kind is not Kind.MISSED_EVENT]
    if kind in HEALED:
        assert left == []
        return
    assert {one.outcome for one in left} == {"attention"}, "it stays in the report until a person saw to it"
    assert kind in await till.value("SELECT string_agg(attention, ' ') FROM payment")
    assert len(await till.rows("SELECT id FROM outbox_event WHERE name = 'payment.diverged'")) >= 1


def test_p21_every_kind_is_planted() -> None:
    elsewhere = {Kind.FEES_DIFFER, Kind.NOT_ANSWERED}  # tests/integration/test_reconcile.py
    assert set(PLANTED) == set(Kind) - elsewhere
    assert len(PLANTED) >= 10


async def test_p21_mutation_who_does_not_look_at_movements_finds_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await heard_all(counter.till)
    await captured_here_only(counter)
    monkeypatch.setattr(compare_books, "_moved", lambda _rows, _movements: iter(()))
    assert Kind.NEVER_MOVED not in {one.kind for one in await reconcile(counter.till)}
