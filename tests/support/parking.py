"""Workflows that the tests of Desk and Saga run; the steps are fake activities by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from durable.attention import Target
from workflows.desk import Desk, Skipped
from workflows.saga import Saga


@dataclass(frozen=True)
class Plan:
    steps: list[str]
    target: Target | None = None
    can_skip: bool = False
    can_cancel: bool = True
    patience: float = 30


async def step(name: str, patience: float = 30) -> str:
    once = RetryPolicy(maximum_attempts=1)
    limit = timedelta(seconds=patience)
    return await workflow.execute_activity(name, result_type=str, start_to_close_timeout=limit, retry_policy=once)


@workflow.defn(name="test-parking")
class Parking(Desk):
    """Attends each step in turn and returns what they said."""

    @workflow.run
    async def run(self, plan: Plan) -> list[str]:
        self.attention_on = plan.target
        said = []
        for name in plan.steps:
            done = await self.attend(
                name, lambda name=name: step(name, plan.patience), can_skip=plan.can_skip, can_cancel=plan.can_cancel
            )
            said.append(f"skipped: {done.note}" if isinstance(done, Skipped) else done)
        return said


@workflow.defn(name="test-saga")
class Undoing(Desk):
    """Does each step with its undo registered before it."""

    @workflow.run
    async def run(self, plan: Plan) -> list[str]:
        self.attention_on = plan.target
        said = []
        async with Saga(self) as saga:
            for name in plan.steps:
                saga.undo_with(name, lambda name=name: step(f"undo-{name}"))
                said.append(await step(name))
        return said


@workflow.defn(name="test-deadline")
class Deadline(Desk):
    """Waits in vain after its first step: TimeoutError, the ending that is easily forgotten, undoes it."""

    @workflow.run
    async def run(self, _: Plan) -> None:
        async with Saga(self) as saga:
            saga.undo_with("hold", lambda: step("undo-hold"))
            await step("hold")
            await workflow.wait_condition(lambda: False, timeout=timedelta(milliseconds=50))


@workflow.defn(name="release-session")
class Releasing(Desk):
    """Parks under a name that the admin knows: one local step, then one that fails."""

    @workflow.run
    async def run(self, _: dict[str, str]) -> str:
        limit = timedelta(seconds=30)
        await workflow.execute_local_activity("look", start_to_close_timeout=limit)
        done = await self.attend("void", lambda: step("void"), can_skip=True, can_cancel=False)
        return f"by hand: {done.note}" if isinstance(done, Skipped) else done
