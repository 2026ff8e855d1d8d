"""Promise 19: a deploy with orders in flight is safe; a change that would break a run fails the gate."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from activities.delivery import Delivered, DeliverEvents, DeliveryActivities
from durable.types import DeliverEventsInput
from workflows import options
from workflows.deliver_events import DeliverEventsWorkflow

HISTORY = Path(__file__).parents[1] / "replay" / "histories" / "deliver-events.failed-once.json"


@workflow.defn(name="deliver-events")
class Careless:
    """The same workflow after a careless change: it waits before it delivers."""

    @workflow.run
    async def run(self, batch: DeliverEventsInput) -> None:
        await workflow.sleep(timedelta(seconds=1))
        command = DeliverEvents(batch.subscriber, batch.event_ids)
        await workflow.execute_activity_method(DeliveryActivities.deliver, command, **options.DELIVER)


@workflow.defn(name="deliver-events")
class Careful:
    """The same change behind `workflow.patched`: runs that began before it go the old way."""

    @workflow.run
    async def run(self, batch: DeliverEventsInput) -> None:
        if workflow.patched("wait-first"):
            await workflow.sleep(timedelta(seconds=1))
        left = batch.event_ids
        while left:
            command = DeliverEvents(batch.subscriber, left)
            end: Delivered = await workflow.execute_activity_method(
                DeliveryActivities.deliver, command, **options.DELIVER
            )
            left = end.failed
            if left:
                await workflow.sleep(options.delivery_pause(1))


async def replay(changed: type) -> None:
    replayer = Replayer(
        workflows=[changed], workflow_runner=UnsandboxedWorkflowRunner(), data_converter=pydantic_data_converter
    )
    await replayer.replay_workflow(WorkflowHistory.from_json("in-flight", HISTORY.read_text()))


async def test_p19_a_careless_change_fails_the_gate() -> None:
    with pytest.raises(NondeterminismError):
        await replay(Careless)


async def test_p19_a_patched_change_passes() -> None:
    await replay(Careful)


async def test_p19_no_change_passes() -> None:
    await replay(DeliverEventsWorkflow)
