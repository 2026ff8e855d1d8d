"""process-payment-workflow: it looks again while a checkout is at the session, and parks when nobody answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError

from activities.follow import Heard
from durable.types import ProcessPaymentInput
from tests.support.durable import answer, parked, shop_worker
from tests.support.script import Script
from workflows.process_payment import ProcessPaymentWorkflow

REFUSED = ApplicationError("bad credentials", type="Refused", non_retryable=True)


@asynccontextmanager
async def processing(temporal: str, *says: object) -> AsyncIterator[tuple[WorkflowHandle[Any, Any], Script]]:
    quiet: dict[str, Sequence[Any]] = {"attention.set": [True], "attention.clear": [True]}
    script = Script({**quiet, "payment.follow": says})
    async with shop_worker(temporal, [ProcessPaymentWorkflow], script.activities()) as (client, queue):
        handle = await client.start_workflow(
            ProcessPaymentWorkflow.run,
            ProcessPaymentInput("payses_1"),
            id=f"process-payment-workflow:{uuid4()}",
            task_queue=queue,
        )
        yield handle, script


async def test_asks_once(temporal: str) -> None:
    async with processing(temporal, Heard.FOLLOWED) as (handle, script):
        assert await handle.result() == Heard.FOLLOWED
        assert script.asked["payment.follow"] == [{"session_id": "payses_1"}]


async def test_looks_again_while_a_checkout_is_at_it(temporal: str) -> None:
    async with processing(temporal, Heard.AGAIN, Heard.AGAIN, Heard.FOLLOWED) as (handle, script):
        assert await handle.result() == Heard.FOLLOWED
        assert len(script.ran) == 3


async def test_parks_when_the_provider_refuses(temporal: str) -> None:
    async with processing(temporal, REFUSED, Heard.FOLLOWED) as (handle, script):
        notice = await parked(handle)
        assert (notice["step"], notice["answers"]) == ("ask the payment provider", ["retry", "cancel"])
        assert (await script.first("attention.set"))["target"] == {"kind": "payment_session", "id": "payses_1"}
        await answer(handle, "retry")
        assert await handle.result() == Heard.FOLLOWED


async def test_a_person_may_leave_it_to_the_next_asking(temporal: str) -> None:
    async with processing(temporal, REFUSED) as (handle, _):
        await parked(handle)
        await answer(handle, "cancel")
        with pytest.raises(WorkflowFailureError):
            await handle.result()
