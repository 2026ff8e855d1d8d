"""What was done is undone: in reverse, whatever ended the run, and nothing stops the undoing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.exceptions import TimeoutError as TemporalTimeoutError

from kit.errors import not_allowed
from tests.support.durable import Steps, answer, parked, shop_worker
from tests.support.parking import Deadline, Plan, Undoing

REFUSAL = not_allowed("no")
PLAN = Plan(["hold", "book"])


@asynccontextmanager
async def saga(temporal: str, steps: Steps, name: str = "test-saga") -> AsyncIterator[WorkflowHandle[Any, Any]]:
    async with shop_worker(temporal, [Undoing, Deadline], steps.activities()) as (client, queue):
        yield await client.start_workflow(name, PLAN, id=f"{name}:{uuid4()}", task_queue=queue)


async def failure(handle: WorkflowHandle[Any, Any]) -> BaseException | None:
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    return failed.value.cause


async def test_success_undoes_nothing(temporal: str) -> None:
    steps = Steps(hold=["held"], book=["booked"], undo_hold=["-"], undo_book=["-"])
    async with saga(temporal, steps) as handle:
        assert await handle.result() == ["held", "booked"]
    assert steps.ran == ["hold", "book"]


async def test_a_failure_undoes_in_reverse_the_failed_step_too(temporal: str) -> None:
    steps = Steps(hold=["held"], book=[REFUSAL], undo_hold=["-"], undo_book=["-"])
    async with saga(temporal, steps) as handle:
        await failure(handle)
    assert steps.ran == ["hold", "book", "undo-book", "undo-hold"]


async def test_a_deadline_is_an_ending_too(temporal: str) -> None:
    steps = Steps(hold=["held"], undo_hold=["-"])
    async with saga(temporal, steps, "test-deadline") as handle:
        assert isinstance(await failure(handle), ApplicationError | TemporalTimeoutError)
    assert steps.ran == ["hold", "undo-hold"]


async def test_cancels_do_not_stop_the_undoing(temporal: str) -> None:
    """Cancelled in mid step, and again in mid undo: both steps are undone all the same."""
    started, undoing, release = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow_book() -> str:
        started.set()
        await asyncio.sleep(60)
        return "late"

    async def slow_undo() -> str:
        undoing.set()
        await release.wait()
        return "-"

    steps = Steps(hold=["held"], book=[slow_book], undo_book=[slow_undo], undo_hold=["-"])
    async with saga(temporal, steps) as handle:
        await started.wait()
        await handle.cancel()
        await undoing.wait()
        await handle.cancel()
        release.set()
        assert isinstance(await failure(handle), CancelledError)
    assert steps.ran == ["hold", "book", "undo-book", "undo-hold"]


async def test_a_failing_undo_waits_for_a_person_and_goes_on(temporal: str) -> None:
    steps = Steps(
        hold=["held"], book=[REFUSAL], undo_book=[RuntimeError("down"), "-"], undo_hold=[RuntimeError("gone")]
    )
    async with saga(temporal, steps) as handle:
        assert await parked(handle) == {"step": "undo book", "reason": "down", "answers": ["retry", "skip"]}
        await answer(handle, "retry")
        assert (await parked(handle))["step"] == "undo hold"
        await answer(handle, "skip", "released in the dashboard")
        cause = await failure(handle)
    assert steps.ran == ["hold", "book", "undo-book", "undo-book", "undo-hold"]
    assert cause is not None


async def test_cancelling_a_run_that_is_parked_in_an_undo_keeps_it_parked(temporal: str) -> None:
    steps = Steps(hold=["held"], book=[REFUSAL], undo_book=[RuntimeError("down"), "-"], undo_hold=["-"])
    async with saga(temporal, steps) as handle:
        await parked(handle)
        await handle.cancel()
        await answer(handle, "retry")
        await failure(handle)
    assert steps.ran[-1] == "undo-hold"
