"""complete-cart by its branches: fake activities by name on a real Temporal server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, CancelledError

from activities.payment import Authorised, SessionAnswer
from commerce.checkout.outcome import Begun, Outcome, OutcomeKind, ordered, refused, undecided
from commerce.payment.port import Holding
from durable.types import CompleteCartInput
from kit.errors import CommerceError, not_allowed, unavailable
from operations.begin_checkout import CHANGED
from operations.record_payment import Paid
from tests.support.durable import shop_worker, until
from tests.support.script import Script
from workflows.complete_cart import CompleteCartWorkflow

S1, S2 = "payses_1", "payses_2"
BEGUN = Begun(S1, attempt_id="attempt_1", amount=Decimal(20), seconds_left=30)
HELD = Authorised(Paid("authorized", Decimal(20)))
ORDER = ordered(S1, "order_1")
SOLD_OUT = Begun(S1, refused(S1, not_allowed("Not enough stock available")), may_hold_money=True)
ASKS = Begun(S1, refused(S1, unavailable("not confirmed", 5)), asks_outside=True)
OUTAGE = ApplicationError("no answer", type="Unknown")
REFUSAL = ApplicationError("bad credentials", type="Refused", non_retryable=True)
BROKEN = ApplicationError("a constraint", type="unexpected_state", non_retryable=True)
DECLINE = Outcome(OutcomeKind.DECLINED, S1, message=f"Session: {S1} was not authorized with the provider.")


class Shop:
    """One cart's workflow, and its shoppers."""

    def __init__(self, client: Client, queue: str, script: Script) -> None:
        self.client, self.queue, self.script = client, queue, script
        self.cart = f"cart_{uuid4().hex}"

    async def press(self, session_id: str | None = S1) -> Outcome:
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            "complete-cart",
            CompleteCartInput(self.cart),
            id=f"complete-cart:{self.cart}",
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=timedelta(seconds=3),
        )
        return await self.client.execute_update_with_start_workflow(
            "outcome", session_id, start_workflow_operation=start, result_type=Outcome
        )

    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(f"complete-cart:{self.cart}")

    async def closed(self) -> None:
        """Wait for the run's end, however it ended."""
        try:
            await self.handle().result()
        except WorkflowFailureError:
            return


@asynccontextmanager
async def shop(temporal: str, **says: Sequence[Any]) -> AsyncIterator[Shop]:
    script = Script({name.replace("__", "."): answers for name, answers in says.items()})
    async with shop_worker(temporal, [CompleteCartWorkflow], script.activities()) as (client, queue):
        yield Shop(client, queue, script)


class Gate:
    """An answer that waits until the test lets it go."""

    def __init__(self, answer: Any) -> None:  # noqa: ANN401 - whatever an activity says
        self.answer, self.open, self.reached = answer, asyncio.Event(), asyncio.Event()

    async def __call__(self) -> Any:  # noqa: ANN401 - the answer
        self.reached.set()
        await self.open.wait()
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class TestBranches:
    async def test_money_then_order(self, temporal: str) -> None:
        says = {"checkout__begin": [BEGUN], "payment__authorise": [HELD], "checkout__place_order": [ORDER]}
        async with shop(temporal, **says) as s:
            assert await s.press() == ORDER
            await s.closed()
            assert s.script.ran == ["checkout.begin", "payment.authorise", "checkout.place_order"]
            claim = s.script.asked["checkout.place_order"][0]["claim"]
            assert claim["attempt_id"] == "attempt_1"
            assert claim["run_id"] == s.script.asked["checkout.begin"][0]["run_id"]

    async def test_a_free_cart_asks_no_provider(self, temporal: str) -> None:
        begun = Begun(None, attempt_id="attempt_1", seconds_left=30)
        async with shop(temporal, checkout__begin=[begun], checkout__place_order=[ordered(None, "order_1")]) as s:
            assert (await s.press(None)).order_id == "order_1"
            assert s.script.ran == ["checkout.begin", "checkout.place_order"]

    async def test_an_order_that_exists_is_the_answer(self, temporal: str) -> None:
        async with shop(temporal, checkout__begin=[Begun(S1, ORDER)]) as s:
            assert await s.press() == ORDER
            assert await s.press(S2) == ORDER, "an order is everybody's answer"

    async def test_what_providers_have_to_confirm_is_confirmed_and_begun_again(self, temporal: str) -> None:
        says = {"payment__authorise": [HELD], "checkout__place_order": [ORDER], "cart__confirm": [True]}
        async with shop(temporal, checkout__begin=[ASKS, BEGUN], **says) as s:
            assert await s.press() == ORDER
            ran = ["checkout.begin", "cart.confirm", "checkout.begin", "payment.authorise", "checkout.place_order"]
            assert s.script.ran == ran
            assert s.script.asked["cart.confirm"][0] == {"cart_id": s.cart}

    async def test_what_costs_something_else_now_is_refused_and_nothing_begun(self, temporal: str) -> None:
        async with shop(temporal, checkout__begin=[ASKS], cart__confirm=[False]) as s:
            told = await s.press()
            assert (told.kind, told.type, told.message) == (OutcomeKind.REFUSED, "not_allowed", CHANGED)
            assert s.script.ran == ["checkout.begin", "cart.confirm"]

    @pytest.mark.parametrize("said", [True, BROKEN])
    async def test_what_nobody_confirms_is_refused_and_its_money_left_alone(self, temporal: str, said: object) -> None:
        async with shop(temporal, checkout__begin=[ASKS], cart__confirm=[said]) as s:
            assert await s.press() == ASKS.outcome
            await s.closed()
            assert s.script.ran == ["checkout.begin", "cart.confirm", "checkout.begin"]

    async def test_a_returned_decline(self, temporal: str) -> None:
        word = Authorised(Paid("error"))
        says = {"checkout__begin": [BEGUN], "payment__authorise": [word], "checkout__refuse": [DECLINE]}
        async with shop(temporal, **says) as s:
            assert await s.press() == DECLINE
            asked = s.script.asked["checkout.refuse"][0]
            assert (asked["status"], asked["outcome"]["type"]) == ("error", "not_allowed")
            assert asked["outcome"]["message"] == DECLINE.message

    @pytest.mark.parametrize(
        ("needed_more", "type_", "words"),
        [
            (False, "payment_authorization_error", "Payment authorization failed"),
            (True, "payment_requires_more_error", "More information is required for payment"),
        ],
    )
    async def test_a_raised_decline(self, temporal: str, needed_more: bool, type_: str, words: str) -> None:  # noqa: FBT001 - a case
        word = Authorised(declined="no funds", needed_more=needed_more)
        raised = Outcome(OutcomeKind.RAISED, S1, type=type_, message=words)
        says = {"checkout__begin": [BEGUN], "payment__authorise": [word], "checkout__refuse": [raised]}
        async with shop(temporal, **says) as s:
            assert await s.press() == raised
            asked = s.script.asked["checkout.refuse"][0]
            assert (asked["status"], asked["outcome"]["type"], asked["outcome"]["message"]) == (None, type_, words)

    async def test_an_outage_past_the_deadline_is_handed_over(self, temporal: str) -> None:
        begun = Begun(S1, attempt_id="attempt_1", amount=Decimal(20), seconds_left=0.4)
        says = {"checkout__begin": [begun], "payment__authorise": [OUTAGE], "checkout__hand_over": [undecided(None)]}
        async with shop(temporal, **says) as s:
            assert await s.press() == undecided(S1)
            assert s.script.ran[-1] == "checkout.hand_over"

    async def test_an_outage_within_the_deadline_costs_a_retry(self, temporal: str) -> None:
        says = {"checkout__begin": [BEGUN], "payment__authorise": [OUTAGE, HELD], "checkout__place_order": [ORDER]}
        async with shop(temporal, **says) as s:
            assert await s.press() == ORDER
            assert s.script.ran.count("payment.authorise") == 2

    async def test_a_provider_that_refuses_us_is_handed_over_at_once(self, temporal: str) -> None:
        says = {"checkout__begin": [BEGUN], "payment__authorise": [REFUSAL], "checkout__hand_over": [undecided(None)]}
        async with shop(temporal, **says) as s:
            assert await s.press() == undecided(S1)
            assert s.script.ran.count("payment.authorise") == 1

    async def test_an_order_that_cannot_be_placed_is_handed_over(self, temporal: str) -> None:
        says = {
            "checkout__begin": [BEGUN],
            "payment__authorise": [HELD],
            "checkout__place_order": [BROKEN],
            "checkout__hand_over": [undecided(None)],
        }
        async with shop(temporal, **says) as s:
            assert await s.press() == undecided(S1)

    async def test_what_cannot_even_be_handed_over_is_left_to_the_sweep(self, temporal: str) -> None:
        says = {"checkout__begin": [BEGUN], "payment__authorise": [REFUSAL], "checkout__hand_over": [BROKEN]}
        async with shop(temporal, **says) as s:
            assert await s.press() == undecided(S1)

    async def test_an_attempt_that_somebody_else_has(self, temporal: str) -> None:
        says = {"checkout__begin": [BEGUN], "payment__authorise": [HELD], "checkout__place_order": [undecided(None)]}
        async with shop(temporal, **says) as s:
            assert await s.press() == undecided(S1)

    async def test_a_beginning_that_is_refused_by_an_error_keeps_its_words(self, temporal: str) -> None:
        async with shop(temporal, checkout__begin=[CommerceError("unexpected_state", "no totals")]) as s:
            outcome = await s.press(None)
            assert (outcome.kind, outcome.type, outcome.message) == ("refused", "unexpected_state", "no totals")


class TestRefusedWithMoney:
    async def test_money_that_is_held_is_let_go(self, temporal: str) -> None:
        held = SessionAnswer(Holding.HELD, Paid("authorized", Decimal(20)))
        says = {"checkout__begin": [SOLD_OUT], "payment__status": [held], "checkout__let_go": [True]}
        async with shop(temporal, **says) as s:
            assert await s.press() == SOLD_OUT.outcome
            await s.closed()
            assert s.script.ran == ["checkout.begin", "payment.status", "checkout.let_go"]

    async def test_without_money_the_session_stays(self, temporal: str) -> None:
        nothing = SessionAnswer(Holding.NOTHING, Paid("pending"))
        async with shop(temporal, checkout__begin=[SOLD_OUT], payment__status=[nothing]) as s:
            assert await s.press() == SOLD_OUT.outcome
            await s.closed()
            assert s.script.ran == ["checkout.begin", "payment.status"]

    async def test_a_provider_that_does_not_answer_fails_nothing(self, temporal: str) -> None:
        async with shop(temporal, checkout__begin=[SOLD_OUT], payment__status=[REFUSAL]) as s:
            assert await s.press() == SOLD_OUT.outcome
            assert await s.handle().result(), "the run ends with its outcome"


class TestManyCallers:
    async def test_everybody_hears_the_one_order(self, temporal: str) -> None:
        gate = Gate(HELD)
        says = {"checkout__begin": [BEGUN], "payment__authorise": [gate], "checkout__place_order": [ORDER]}
        async with shop(temporal, **says) as s:
            presses = [asyncio.create_task(s.press()) for _ in range(5)]
            await gate.reached.wait()
            await until(s_has_updates(s, len(presses)), "all wait")
            gate.open.set()
            assert await asyncio.gather(*presses) == [ORDER] * len(presses)
            assert s.script.ran.count("checkout.begin") == 1

    async def test_a_second_card_never_hears_the_first_cards_decline(self, temporal: str) -> None:
        gate, order = Gate(Authorised(Paid("error"))), ordered(S2, "order_1")
        second = Begun(S2, attempt_id="attempt_2", amount=Decimal(20), seconds_left=30)
        says = {
            "checkout__begin": [BEGUN, second],
            "payment__authorise": [gate, HELD],
            "checkout__refuse": [DECLINE],
            "checkout__place_order": [order],
        }
        async with shop(temporal, **says) as s:
            first = asyncio.create_task(s.press(S1))
            await gate.reached.wait()
            other = asyncio.create_task(s.press(S2))
            await until(s_has_updates(s, 2), "both wait")
            gate.open.set()
            assert await first == DECLINE
            assert await other == Outcome(OutcomeKind.STALE, S2)
            await s.closed()
            assert await s.press(S2) == order

    async def test_who_asks_after_the_decision_asks_again(self, temporal: str) -> None:
        """The refusal was of the cart as it was; the shopper has mended it since."""
        gate = Gate(SessionAnswer(Holding.NOTHING, Paid("pending")))
        async with shop(temporal, checkout__begin=[SOLD_OUT], payment__status=[gate]) as s:
            assert await s.press(S1) == SOLD_OUT.outcome
            await gate.reached.wait()
            assert (await s.press(S1)).kind == OutcomeKind.STALE
            gate.open.set()
            await s.closed()

    async def test_a_cancelled_run_is_cancelled(self, temporal: str) -> None:
        gate = Gate(HELD)
        async with shop(temporal, checkout__begin=[BEGUN], payment__authorise=[gate]) as s:
            handle = await s.client.start_workflow(
                "complete-cart", CompleteCartInput(s.cart), id=f"complete-cart:{s.cart}", task_queue=s.queue
            )
            await gate.reached.wait()
            await handle.cancel()
            with pytest.raises(WorkflowFailureError) as failed:
                await handle.result()
            assert isinstance(failed.value.cause, CancelledError)
            gate.open.set()


def s_has_updates(s: Shop, count: int) -> Any:  # noqa: ANN401 - an async predicate
    async def has() -> bool:
        history = await s.handle().fetch_history()
        accepted = [e for e in history.events if e.HasField("workflow_execution_update_accepted_event_attributes")]
        return len(accepted) >= count

    return has
