"""expire-authorisations and reconcile-payments by their branches; waits are as short as their steps say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError

from activities.follow import Heard
from activities.reconcile import Compared
from durable.types import ExpireAuthorisationsInput, ReconcilePaymentsInput
from operations.compare_books import Divergence, Kind
from operations.watch_expiry import Expiring
from tests.support.durable import answer, parked, shop_worker
from tests.support.script import Script
from workflows import options
from workflows.expire_authorisations import ExpireAuthorisationsWorkflow
from workflows.reconcile_payments import ReconcilePaymentsWorkflow

REFUSED = ApplicationError("bad credentials", type="Refused", non_retryable=True)
SOON, DUE = Expiring("payses_1", 0.2), Expiring("payses_1", 0.0)
Started = tuple[WorkflowHandle[Any, Any], Script]


@asynccontextmanager
async def started(temporal: str, workflow: Any, argument: object, **says: Sequence[Any]) -> AsyncIterator[Started]:  # noqa: ANN401 - a workflow
    quiet: dict[str, Sequence[Any]] = {"attention.set": [True], "attention.clear": [True]}
    script = Script(quiet | {f"payment.{name}": answers for name, answers in says.items()})
    async with shop_worker(temporal, [workflow], script.activities()) as (client, queue):
        handle = await client.start_workflow(workflow.run, argument, id=f"w:{uuid4()}", task_queue=queue)
        yield handle, script


def expiring(temporal: str, **says: Sequence[Any]) -> Any:  # noqa: ANN401 - a context manager
    return started(temporal, ExpireAuthorisationsWorkflow, ExpireAuthorisationsInput("pay_1"), **says)


def reconciling(temporal: str, **says: Sequence[Any]) -> Any:  # noqa: ANN401 - a context manager
    day = ReconcilePaymentsInput("2026-01-31", "2026-01-28T00:00:00+00:00")
    quiet: dict[str, Sequence[Any]] = {"reconcile_events": [Compared(0)], "end_reconciliation": [None]}
    return started(temporal, ReconcilePaymentsWorkflow, day, **quiet | says)


class TestExpiry:
    async def test_what_is_captured_in_time_is_not_asked_about(self, temporal: str) -> None:
        async with expiring(temporal, warn_of_expiry=[SOON, None], follow=[Heard.FOLLOWED]) as (handle, script):
            assert await handle.result() is True
            assert script.ran == ["payment.warn_of_expiry", "payment.warn_of_expiry"]

    async def test_p14_once_it_is_time_the_provider_is_asked(self, temporal: str) -> None:
        says: list[Any] = [SOON, DUE, None]
        async with expiring(temporal, warn_of_expiry=says, follow=[Heard.FOLLOWED]) as (handle, script):
            assert await handle.result() is True
            assert script.ran[-2:] == ["payment.follow", "payment.warn_of_expiry"]
            assert script.asked["payment.follow"] == [{"session_id": "payses_1"}]

    async def test_a_provider_that_refuses_is_a_persons_matter(self, temporal: str) -> None:
        says: list[Any] = [REFUSED, Heard.FOLLOWED]
        async with expiring(temporal, warn_of_expiry=[DUE, None], follow=says) as (handle, script):
            assert (await parked(handle))["step"] == "ask the payment provider"
            assert (await script.first("attention.set"))["target"] == {"kind": "payment_session", "id": "payses_1"}
            await answer(handle, "retry")
            assert await handle.result() is True

    def test_it_watches_from_the_warning_to_a_day_after(self) -> None:
        assert timedelta(days=2) <= options.EXPIRY_LOOKS * options.EXPIRY_PAUSE


class TestReconciliation:
    async def test_goes_page_by_page_and_keeps_the_report(self, temporal: str) -> None:
        healed = Divergence(Kind.NOT_HELD, "payses_1", "order_1", "held 20", "held 0", "pp_x", "healed")
        left = Divergence(Kind.NEVER_MOVED, "payses_2", "order_2", "capt_1 3", "not there", "pp_x", "attention")
        pages = [Compared(25, [healed], "payses_1"), Compared(3, [left], "payses_2"), Compared(0)]
        async with reconciling(temporal, reconcile=pages) as (handle, script):
            assert await handle.result() == {"healed": 1, "attention": 1}
            assert [page["after"] for page in script.asked["payment.reconcile"]] == ["", "payses_1", "payses_2"]
            [kept] = script.asked["payment.end_reconciliation"]
            assert kept["day"] == "2026-01-31"
            assert kept["report"]["sessions"] == 28
            assert kept["report"]["kinds"] == {"not_held": 1, "never_moved": 1}
            assert [one["session_id"] for one in kept["report"]["divergences"]] == ["payses_1", "payses_2"]

    async def test_a_list_that_cannot_be_read_is_a_persons_matter(self, temporal: str) -> None:
        says: list[Any] = [REFUSED, Compared(0)]
        async with reconciling(temporal, reconcile_events=says, reconcile=[Compared(0)]) as (handle, _):
            assert (await parked(handle))["step"] == "list the events of providers"
            await answer(handle, "retry")
            assert await handle.result() == {}
