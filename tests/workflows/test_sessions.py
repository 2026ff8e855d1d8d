"""resolve-session and release-session by their branches, and every park of them by its exits (promise 18)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError

from activities.payment import Authorised, Released, SessionAnswer
from commerce.payment.port import Holding
from durable.types import AuthorizeSessionInput, ReleaseSessionInput, ResolveSessionInput
from operations.record_payment import Paid
from tests.support.durable import answer, parked, shop_worker
from tests.support.script import Script
from workflows.authorize_session import AuthorizeSessionWorkflow
from workflows.release_session import ReleaseSessionWorkflow
from workflows.resolve_session import ResolveSessionWorkflow

HELD = SessionAnswer(Holding.HELD, Paid("authorized", Decimal(20)))
REFUSAL = ApplicationError("bad credentials", type="Refused", non_retryable=True)
OUTAGE = ApplicationError("no answer", type="Unknown")
PROOF = Released("ref_1", Decimal(20), Decimal(0))
Started = tuple[WorkflowHandle[Any, Any], Script]


@asynccontextmanager
async def started(temporal: str, workflow: type, argument: object, **says: Sequence[Any]) -> AsyncIterator[Started]:
    attention = {"attention__set": [True], "attention__clear": [True]}
    script = Script({name.replace("__", "."): answers for name, answers in (attention | says).items()})
    async with shop_worker(temporal, [workflow], script.activities()) as (client, queue):
        name = str(workflow.__temporal_workflow_definition.name)  # type: ignore[attr-defined]  # a workflow
        yield await client.start_workflow(name, argument, id=f"{name}:{uuid4()}", task_queue=queue), script


def resolving(temporal: str, **says: Sequence[Any]) -> Any:  # noqa: ANN401 - a context manager
    return started(temporal, ResolveSessionWorkflow, ResolveSessionInput("payses_1"), **says)


def releasing(temporal: str, **says: Sequence[Any]) -> Any:  # noqa: ANN401 - a context manager
    return started(temporal, ReleaseSessionWorkflow, ReleaseSessionInput("payses_1"), **says)


class TestResolveSession:
    async def test_asks_until_it_knows_then_decides(self, temporal: str) -> None:
        async with resolving(temporal, payment__status=[OUTAGE, HELD], checkout__resolve=["placed"]) as (
            handle,
            script,
        ):
            assert await handle.result() == "placed"
            assert script.asked["checkout.resolve"][0]["answer"]["holding"] == "held"

    async def test_a_refusal_parks_and_can_be_retried(self, temporal: str) -> None:
        async with resolving(temporal, payment__status=[REFUSAL, HELD], checkout__resolve=["placed"]) as (
            handle,
            script,
        ):
            notice = await parked(handle)
            assert notice["answers"] == ["retry", "cancel"]
            assert notice["reason"] == "bad credentials"
            await answer(handle, "retry")
            assert await handle.result() == "placed"
            assert script.ran[-1] == "checkout.resolve"
            assert (await script.first("attention.set"))["target"] == {"kind": "payment_session", "id": "payses_1"}
            assert "attention.clear" in script.ran

    @pytest.mark.parametrize(
        "says", [{"payment__status": [REFUSAL]}, {"payment__status": [HELD], "checkout__resolve": [REFUSAL]}]
    )
    async def test_a_person_who_cancels_gives_the_attempt_up(self, temporal: str, says: dict[str, Any]) -> None:
        async with resolving(temporal, **says, checkout__abandon=["abandoned"]) as (handle, _):
            await parked(handle)
            await answer(handle, "cancel")
            assert await handle.result() == "abandoned"

    async def test_giving_up_can_park_too(self, temporal: str) -> None:
        says = {"payment__status": [REFUSAL], "checkout__abandon": [REFUSAL, "abandoned"]}
        async with resolving(temporal, **says) as (handle, script):
            await parked(handle)
            await answer(handle, "cancel")
            for _ in range(200):
                if (await parked(handle))["step"] == "give the attempt up":
                    break
            await answer(handle, "retry")
            assert await handle.result() == "abandoned"
            assert script.ran.count("checkout.abandon") == 2


class TestReleaseSession:
    async def test_commits_calls_and_records(self, temporal: str) -> None:
        says = {
            "checkout__begin_release": [True],
            "payment__release": [OUTAGE, PROOF],
            "checkout__finish_release": [True],
        }
        async with releasing(temporal, **says) as (handle, script):
            assert await handle.result() is True
            assert script.ran[0] == "checkout.begin_release"
            assert Decimal(script.asked["checkout.finish_release"][0]["released"]["voided"]) == Decimal(20)

    async def test_a_consumed_session_is_left_alone(self, temporal: str) -> None:
        async with releasing(temporal, checkout__begin_release=[False]) as (handle, script):
            assert await handle.result() is False
            assert script.ran == ["checkout.begin_release"]

    async def test_what_cannot_be_released_is_settled_by_hand(self, temporal: str) -> None:
        says = {
            "checkout__begin_release": [True],
            "payment__release": [REFUSAL],
            "checkout__settle_by_hand": [True],
        }
        async with releasing(temporal, **says) as (handle, script):
            assert (await parked(handle))["answers"] == ["retry", "skip"]
            await answer(handle, "skip", "voided in the dashboard")
            assert await handle.result() is True
            assert script.asked["checkout.settle_by_hand"][0]["note"] == "voided in the dashboard"

    async def test_a_park_can_be_retried(self, temporal: str) -> None:
        says = {
            "checkout__begin_release": [True],
            "payment__release": [REFUSAL, PROOF],
            "checkout__finish_release": [True],
        }
        async with releasing(temporal, **says) as (handle, _):
            await parked(handle)
            await answer(handle, "retry")
            assert await handle.result() is True


class TestAuthorizeSession:
    def authorizing(self, temporal: str, **says: Sequence[Any]) -> Any:  # noqa: ANN401 - a context manager
        return started(temporal, AuthorizeSessionWorkflow, AuthorizeSessionInput("payses_1"), **says)

    async def test_what_is_held_is_the_orders(self, temporal: str) -> None:
        held = Authorised(Paid("authorized", Decimal(5)))
        async with self.authorizing(temporal, payment__authorise=[OUTAGE, held], checkout__resolve=["paid"]) as (
            handle,
            script,
        ):
            assert await handle.result() is True
            assert script.asked["checkout.resolve"][0]["answer"]["holding"] == "held"

    @pytest.mark.parametrize("word", [Authorised(declined="no"), Authorised(Paid("error"))])
    async def test_a_decline_is_recorded(self, temporal: str, word: Authorised) -> None:
        says = {"payment__authorise": [word], "payment__refuse_order_session": [None]}
        async with self.authorizing(temporal, **says) as (handle, script):
            assert await handle.result() is False
            status = script.asked["payment.refuse_order_session"][0]["status"]
            assert status == (None if word.paid is None else "error")

    @pytest.mark.parametrize("action", ["retry", "cancel"])
    async def test_a_refusal_parks_and_can_be_left(self, temporal: str, action: str) -> None:
        says = {
            "payment__authorise": [REFUSAL, Authorised(Paid("authorized", Decimal(5)))],
            "checkout__resolve": ["paid"],
            "payment__let_go_of_order_session": [True],
        }
        async with self.authorizing(temporal, **says) as (handle, script):
            assert (await parked(handle))["answers"] == ["retry", "cancel"]
            await answer(handle, action)
            assert await handle.result() is (action == "retry")
            assert ("payment.let_go_of_order_session" in script.ran) is (action == "cancel")
