"""Captures, refunds and cancels by their branches, and every park of them by its exits (promises 4 and 18)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError

from activities.cancel_payment import Canceled
from activities.movement import Asked, Found, Told
from commerce.payment.models import MoneyState
from commerce.payment.movements import MovementStatus
from durable.types import CancelPaymentInput, CapturePaymentInput, MoneyOutcome, RefundPaymentInput
from operations.settle_movement import Moved
from tests.support.durable import answer, parked, shop_worker, until
from tests.support.script import Script
from workflows.cancel_payment import CancelPaymentWorkflow
from workflows.capture_payment import CapturePaymentWorkflow
from workflows.refund_payment import RefundPaymentWorkflow

TAKEN = Moved(MovementStatus.DONE, Decimal(20), "ch_1")
DONE = Asked(Told.MOVED, TAKEN)
NO = Asked(Told.REFUSED, reason="bad credentials")
MUST_ASK = Asked(Told.MUST_ASK)
FOUND, NOT_YET, NEVER = Found(TAKEN, is_certain=False), Found(None, is_certain=False), Found(None, is_certain=True)
LOST = ApplicationError("no answer", type="Unknown", non_retryable=True)  # as after an hour of retries
OUTAGE = ApplicationError("no answer", type="Unknown")
Started = tuple[WorkflowHandle[Any, Any], Script]


@asynccontextmanager
async def started(
    temporal: str, workflow: type, argument: object, says: dict[str, Sequence[Any]]
) -> AsyncIterator[Started]:
    quiet: dict[str, Sequence[Any]] = {"attention.set": [True], "attention.clear": [True], "payment.next_key": [None]}
    script = Script(quiet | says)
    async with shop_worker(temporal, [workflow], script.activities()) as (client, queue):
        handle = await client.start_workflow(
            workflow.run,
            argument,
            id=f"{workflow.__name__}:{uuid4()}",
            task_queue=queue,  # type: ignore[attr-defined]  # a workflow
        )
        yield handle, script


def capturing(temporal: str, **says: Sequence[Any]) -> Any:  # noqa: ANN401 - a context manager
    settled: dict[str, Sequence[Any]] = {"payment.settle_movement": [MoneyState.DONE]}
    given = {f"payment.{name}": answers for name, answers in says.items()}
    return started(temporal, CapturePaymentWorkflow, CapturePaymentInput("capt_1"), settled | given)


async def settled_with(script: Script) -> list[tuple[str, str | None]]:
    moved = [command["moved"] for command in script.asked["payment.settle_movement"]]
    return [(each["status"], each["note"]) for each in moved]


class TestCapture:
    async def test_asks_and_settles(self, temporal: str) -> None:
        async with capturing(temporal, capture=[OUTAGE, DONE]) as (handle, script):
            assert await heard(handle, 20.0) == MoneyOutcome(MoneyState.DONE)
            assert script.ran == ["payment.capture", "payment.capture", "payment.settle_movement"]
            assert script.asked["payment.capture"][0] == {"kind": "capture", "id": "capt_1"}

    async def test_pending_at_the_provider_is_left_to_whoever_follows_it(self, temporal: str) -> None:
        pending = Asked(Told.MOVED, Moved(MovementStatus.PENDING, Decimal(20), "ch_1"))
        async with capturing(temporal, capture=[pending], settle_movement=[MoneyState.PENDING]) as (handle, _):
            assert await handle.result() == MoneyOutcome(MoneyState.PENDING)

    async def test_what_is_settled_is_not_asked_for(self, temporal: str) -> None:
        says = [Asked(Told.SETTLED, state=MoneyState.DONE)]
        async with capturing(temporal, capture=says) as (handle, script):
            assert await handle.result() == MoneyOutcome(MoneyState.DONE)
            assert script.ran == ["payment.capture"]

    async def test_a_refusal_is_told_to_whoever_waits(self, temporal: str) -> None:
        gate = asyncio.Event()

        async def refuse() -> Asked:
            await gate.wait()
            return NO

        async with capturing(temporal, capture=[refuse], settle_movement=[MoneyState.FAILED]) as (handle, script):
            waiting = asyncio.create_task(heard(handle, 20.0))
            await until(lambda: _is_heard(handle), "an update was taken")
            gate.set()
            assert await waiting == MoneyOutcome(MoneyState.FAILED, "bad credentials")
            assert await settled_with(script) == [("failed", None)]

    async def test_whoever_waits_too_long_hears_that_it_goes_on(self, temporal: str) -> None:
        gate = asyncio.Event()

        async def hang() -> Asked:
            await gate.wait()
            return NO

        async with capturing(temporal, capture=[hang, DONE]) as (handle, script):
            assert await heard(handle, 0.2) == MoneyOutcome(None)
            gate.set()
            notice = await parked(handle)  # nobody waits any more: the refusal is a person's
            assert notice == {
                "step": "capture the payment",
                "reason": "bad credentials",
                "answers": ["retry", "skip", "cancel"],
            }
            assert (await script.first("attention.set"))["target"] == {"kind": "capture", "id": "capt_1"}
            assert script.ran[-2:] == ["payment.next_key", "attention.set"]
            await answer(handle, "retry")
            assert await handle.result() == MoneyOutcome(MoneyState.DONE)

    async def test_a_person_may_do_it_by_hand(self, temporal: str) -> None:
        async with capturing(temporal, capture=[NO]) as (handle, script):
            await parked(handle)
            await answer(handle, "skip", "taken at the terminal")
            assert await handle.result() == MoneyOutcome(MoneyState.DONE)
            assert await settled_with(script) == [("done", "taken at the terminal")]

    async def test_a_person_may_give_it_up(self, temporal: str) -> None:
        async with capturing(temporal, capture=[NO], settle_movement=[MoneyState.FAILED]) as (handle, script):
            await parked(handle)
            await answer(handle, "cancel")
            assert await handle.result() == MoneyOutcome(MoneyState.FAILED)
            assert await settled_with(script) == [("failed", None)]


class TestUnknown:
    async def test_is_looked_up(self, temporal: str) -> None:
        async with capturing(temporal, capture=[LOST], look_up=[FOUND]) as (handle, script):
            assert await handle.result() == MoneyOutcome(MoneyState.DONE)
            assert "payment.next_key" not in script.ran

    async def test_gets_the_next_key_only_with_proof(self, temporal: str) -> None:
        async with capturing(temporal, capture=[MUST_ASK, DONE], look_up=[NEVER]) as (handle, script):
            assert await handle.result() == MoneyOutcome(MoneyState.DONE)
            assert script.ran[:4] == ["payment.capture", "payment.look_up", "payment.next_key", "payment.capture"]

    async def test_without_proof_a_person_is_asked_who_cannot_cancel(self, temporal: str) -> None:
        async with capturing(temporal, capture=[LOST, DONE], look_up=[NOT_YET]) as (handle, script):
            notice = await parked(handle)
            assert (notice["step"], notice["answers"]) == ("ask the payment provider", ["retry", "skip"])
            assert "payment.next_key" not in script.ran
            await answer(handle, "retry")
            assert await handle.result() == MoneyOutcome(MoneyState.DONE)

    async def test_may_be_settled_by_hand(self, temporal: str) -> None:
        async with capturing(temporal, capture=[LOST], look_up=[LOST]) as (handle, script):
            await parked(handle)
            await answer(handle, "skip", "seen in the dashboard")
            assert await handle.result() == MoneyOutcome(MoneyState.DONE)
            assert await settled_with(script) == [("done", "seen in the dashboard")]


class TestSettling:
    async def test_an_outage_is_waited_for(self, temporal: str) -> None:
        away = ApplicationError("away", non_retryable=True)
        async with capturing(temporal, capture=[DONE], settle_movement=[away, MoneyState.DONE]) as (handle, _):
            assert await handle.result() == MoneyOutcome(MoneyState.DONE)

    async def test_what_cannot_be_recorded_parks(self, temporal: str) -> None:
        lost = ApplicationError("cannot be written", non_retryable=True)
        says = [lost, lost, MoneyState.DONE]
        async with capturing(temporal, capture=[DONE], settle_movement=says) as (handle, _):
            assert (await parked(handle))["step"] == "record what was done"
            await answer(handle, "retry")
            assert await handle.result() == MoneyOutcome(MoneyState.DONE)


async def test_a_refund_is_the_same_the_other_way(temporal: str) -> None:
    says: dict[str, Sequence[Any]] = {"payment.refund": [DONE], "payment.settle_movement": [MoneyState.DONE]}
    async with started(temporal, RefundPaymentWorkflow, RefundPaymentInput("ref_1"), says) as (handle, script):
        assert await handle.result() == MoneyOutcome(MoneyState.DONE)
        assert script.asked["payment.refund"][0] == {"kind": "refund", "id": "ref_1"}


class TestCancel:
    def canceling(self, temporal: str, **says: Sequence[Any]) -> Any:  # noqa: ANN401 - a context manager
        given: dict[str, Sequence[Any]] = {
            "payment.begin_cancel": [True],
            "payment.finish_cancel": [True],
            "payment.give_up_cancel": [None],
            "payment.next_cancel_key": [None],
        }
        given |= {f"payment.{name}": answers for name, answers in says.items()}
        return started(temporal, CancelPaymentWorkflow, CancelPaymentInput("pay_1"), given)

    async def test_frees_and_records(self, temporal: str) -> None:
        async with self.canceling(temporal, cancel=[OUTAGE, Canceled(Decimal(20))]) as (handle, script):
            assert await handle.result() is True
            assert Decimal(script.asked["payment.finish_cancel"][0]["amount"]) == 20

    async def test_what_is_not_to_be_canceled_is_left_alone(self, temporal: str) -> None:
        async with self.canceling(temporal, begin_cancel=[False]) as (handle, script):
            assert await handle.result() is False
            assert script.ran == ["payment.begin_cancel"]

    @pytest.mark.parametrize("action", ["retry", "skip", "cancel"])
    async def test_a_refusal_parks_and_can_be_left(self, temporal: str, action: str) -> None:
        says = [Canceled(Decimal(0), "bad credentials"), Canceled(Decimal(20))]
        async with self.canceling(temporal, cancel=says) as (handle, script):
            assert (await parked(handle))["answers"] == ["retry", "skip", "cancel"]
            await answer(handle, action, "voided in the dashboard")
            assert await handle.result() is (action != "cancel")
            assert script.ran.count("payment.next_cancel_key") == 1
            assert ("payment.give_up_cancel" in script.ran) is (action == "cancel")

    async def test_an_unknown_outcome_cannot_be_given_up(self, temporal: str) -> None:
        async with self.canceling(temporal, cancel=[LOST]) as (handle, script):
            assert (await parked(handle))["answers"] == ["retry", "skip"]
            await answer(handle, "skip", "voided in the dashboard")
            assert await handle.result() is True
            assert script.asked["payment.finish_cancel"][0]["note"] == "voided in the dashboard"


async def heard(handle: WorkflowHandle[Any, Any], within: float) -> MoneyOutcome:
    return await handle.execute_update("outcome", within, result_type=MoneyOutcome)


async def _is_heard(handle: WorkflowHandle[Any, Any]) -> bool:
    history = await handle.fetch_history()
    return any(event.HasField("workflow_execution_update_accepted_event_attributes") for event in history.events)
