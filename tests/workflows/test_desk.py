"""Nothing is stuck in silence: every park says why, takes only legal answers, and can be left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, CancelledError

from activities.attention import AttentionActivities
from durable.attention import ATTENTION, MEMO, SetAttention, Target
from kit.db import Database, run, value
from kit.errors import not_allowed
from tests.support.durable import Steps, answer, parked, shop_worker, until
from tests.support.parking import Parking, Plan

REFUSAL = not_allowed("The provider refuses our credentials.")


@asynccontextmanager
async def parking(
    temporal: str, steps: Steps, plan: Plan, *more: Callable[..., Any]
) -> AsyncIterator[WorkflowHandle[Any, Any]]:
    async with shop_worker(temporal, [Parking], [*steps.activities(), *more]) as (client, queue):
        yield await client.start_workflow("test-parking", plan, id=f"test-parking:{uuid4()}", task_queue=queue)


async def hang() -> str:
    await asyncio.sleep(60)
    return "late"


async def attention_of(handle: WorkflowHandle[Any, Any]) -> str | None:
    return (await handle.describe()).typed_search_attributes.get(ATTENTION)


class TestAnswers:
    async def test_retry_runs_the_step_again(self, temporal: str) -> None:
        steps = Steps(ask=[REFUSAL, "fine"])
        async with parking(temporal, steps, Plan(["ask"])) as handle:
            notice = await parked(handle)
            assert notice == {"step": "ask", "reason": REFUSAL.message, "answers": ["retry", "cancel"]}
            assert await attention_of(handle) == "ask"
            await answer(handle, "retry")
            assert await handle.result() == ["fine"]
            assert steps.ran == ["ask", "ask"]
            assert await attention_of(handle) is None
            assert (await (await handle.describe()).memo()).get(MEMO) is None

    async def test_skip_goes_on_with_what_was_done_by_hand(self, temporal: str) -> None:
        steps = Steps(void=[REFUSAL], next=["went on"])
        async with parking(temporal, steps, Plan(["void", "next"], can_skip=True)) as handle:
            assert (await parked(handle))["answers"] == ["retry", "skip", "cancel"]
            await answer(handle, "skip", "refunded in the dashboard")
            assert await handle.result() == ["skipped: refunded in the dashboard", "went on"]

    async def test_cancel_ends_the_run(self, temporal: str) -> None:
        async with parking(temporal, Steps(ask=[REFUSAL]), Plan(["ask"])) as handle:
            await parked(handle)
            await answer(handle, "cancel")
            with pytest.raises(WorkflowFailureError) as failed:
                await handle.result()
            assert isinstance(failed.value.cause, ApplicationError)
            assert failed.value.cause.type == "Cancelled"

    async def test_a_run_may_park_many_times(self, temporal: str) -> None:
        steps = Steps(ask=[REFUSAL, REFUSAL, "fine"], tell=[REFUSAL, "told"])
        async with parking(temporal, steps, Plan(["ask", "tell"])) as handle:
            for _ in range(3):
                await parked(handle)
                await answer(handle, "retry")
            assert await handle.result() == ["fine", "told"]


class TestRefusedAnswers:
    @pytest.mark.parametrize(
        ("action", "note", "plan", "sentence"),
        [
            ("skip", "by hand", Plan(["ask"]), "skip is not possible here: retry, cancel."),
            ("skip", " ", Plan(["ask"], can_skip=True), "A skip needs a note that says what was done by hand."),
            (
                "cancel",
                None,
                Plan(["ask"], can_skip=True, can_cancel=False),
                "cancel is not possible here: retry, skip.",
            ),
        ],
    )
    async def test_what_is_not_possible_leaves_the_park_open(
        self, temporal: str, action: str, note: str | None, plan: Plan, sentence: str
    ) -> None:
        async with parking(temporal, Steps(ask=[REFUSAL, "fine"]), plan) as handle:
            await parked(handle)
            with pytest.raises(WorkflowUpdateFailedError) as refused:
                await answer(handle, action, note)
            assert isinstance(refused.value.cause, ApplicationError)
            assert refused.value.cause.message == sentence
            await answer(handle, "retry")
            assert await handle.result() == ["fine"]

    async def test_nothing_to_answer_while_nothing_waits(self, temporal: str) -> None:
        started = asyncio.Event()
        release = asyncio.Event()

        async def slow() -> str:
            started.set()
            await release.wait()
            return "fine"

        async with parking(temporal, Steps(ask=[slow]), Plan(["ask"])) as handle:
            await started.wait()
            with pytest.raises(WorkflowUpdateFailedError):
                await answer(handle, "retry")
            release.set()
            assert await handle.result() == ["fine"]


REASONS = {
    "a refusal": (REFUSAL, REFUSAL.message),
    "a bug": (KeyError("amount"), "'amount'"),
    "nothing to say": (RuntimeError(), "RuntimeError"),
    "a page of HTML": (RuntimeError("x" * 3000), "x" * 500),
    "a hang": (hang, "activity StartToClose timeout"),
}
EXITS = ("retry", "skip", "cancel", "cancel the run", "terminate")


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("leave", EXITS)
async def test_p18_every_park_can_be_left(temporal: str, database: Database, reason: str, leave: str) -> None:
    """The walk: park reason x action; each ends, and nothing goes on asking for attention."""
    failure, words = REASONS[reason]
    steps = Steps(ask=[failure, "fine"])
    await add_order(database)
    row = AttentionActivities(database)
    plan = Plan(["ask"], Target("order", "order_1"), can_skip=True, patience=2 if failure is hang else 30)
    async with parking(temporal, steps, plan, row.set, row.clear) as handle:
        assert (await parked(handle))["reason"] == words
        await until(lambda: column(database), "the order says why")
        assert await column(database) == words
        await take_exit(handle, leave)
        if leave != "terminate":  # a terminated run can tidy up nothing; the sweep starts another
            assert await column(database) is None
            assert await attention_of(handle) is None


async def take_exit(handle: WorkflowHandle[Any, Any], leave: str) -> None:
    if leave in {"retry", "skip"}:
        await answer(handle, leave, "by hand")
        assert await handle.result() == (["fine"] if leave == "retry" else ["skipped: by hand"])
        return
    if leave == "cancel":
        await answer(handle, "cancel")
    elif leave == "terminate":
        await handle.terminate("by hand")
    else:
        await handle.cancel()
    with pytest.raises(WorkflowFailureError) as ended:
        await handle.result()
    if leave == "cancel the run":
        assert isinstance(ended.value.cause, CancelledError)


async def test_a_cancel_in_mid_step_is_no_failure(temporal: str) -> None:
    started = asyncio.Event()

    async def slow() -> str:
        started.set()
        return await hang()

    async with parking(temporal, Steps(ask=[slow]), Plan(["ask"])) as handle:
        await started.wait()
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as ended:
            await handle.result()
        assert isinstance(ended.value.cause, CancelledError)


async def test_a_park_that_only_retries_is_a_bug(temporal: str) -> None:
    plan = Plan(["ask"], can_cancel=False)
    async with parking(temporal, Steps(ask=["fine"]), plan) as handle:

        async def failed_task() -> bool:
            events = [event async for event in handle.fetch_history_events()]
            return any(event.HasField("workflow_task_failed_event_attributes") for event in events)

        assert await until(failed_task, "the task failed")
        await handle.terminate()


async def test_a_row_that_is_gone_is_no_reason_to_fail(database: Database) -> None:
    row = AttentionActivities(database)
    assert not await row.set(SetAttention(Target("payment", "pay_gone"), "why"))


async def add_order(database: Database) -> None:
    sql = (
        """INSERT INTO "order" (id, currency_code, status, rounding) VALUES ('order_1', 'eur', 'pending', 'currency')"""
    )
    await database.transact(lambda s: run(s, sql))


async def column(database: Database) -> str | None:
    async with database.reading() as connection:
        shown: str | None = await value(connection, """SELECT attention FROM "order" WHERE id = 'order_1'""")
        return shown
