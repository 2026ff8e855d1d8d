"""One scenario per branch of each workflow; `record.py` runs them once and keeps their histories."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError

from activities.delivery import Delivered
from activities.payment import Authorised, Released, SessionAnswer
from commerce.checkout.outcome import Begun, Outcome, OutcomeKind, ordered, refused, undecided
from commerce.payment.port import Holding
from durable.errors import as_failure
from durable.types import CompleteCartInput, DeliverEventsInput, ReleaseSessionInput, ResolveSessionInput
from kit.errors import invalid_data
from operations.record_payment import Paid
from operations.resolve_session import Resolved
from tests.support.durable import answer, parked

Drive = Callable[[WorkflowHandle[Any, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """A workflow's start, and what its activities say in turn, the last answer for ever.

    An exception among the answers is raised, a function is awaited. `drive` is what people and callers do meanwhile; then the run ends, well or badly.
    """

    workflow: str
    argument: object
    says: dict[str, list[Any]] = field(default_factory=dict)
    drive: Drive | None = None


SESSION = "payses_1"
BATCH = DeliverEventsInput("mailer:1", "mailer", ["evt_1", "evt_2"])
CART = CompleteCartInput("cart_1", "request-1")
RESOLVE = ResolveSessionInput(SESSION)
RELEASE = ReleaseSessionInput(SESSION)

BEGUN = Begun(SESSION, None, "attempt_1", Decimal("19.9"), 29.5)
FREE = Begun(None, None, "attempt_1", Decimal(0), 29.5)
PAID = Paid("authorized", Decimal("19.9"))
ORDER = ordered(SESSION, "order_1")
DECLINED = Outcome(OutcomeKind.DECLINED, SESSION, type="not_allowed", message="not authorized")
RAISED = Outcome(OutcomeKind.RAISED, SESSION, type="payment_authorization_error", message="declined")
SOLD_OUT = as_failure(invalid_data("Some variant does not have the required inventory"))
STALE_PRICE = refused(SESSION, invalid_data("The price changed."))
OUTAGE = ApplicationError("the provider cannot be reached", type="Unknown", non_retryable=True)
REFUSAL = ApplicationError("the provider refuses our credentials", type="Refused", non_retryable=True)
SHOWN = {"attention.set": [True], "attention.clear": [True]}
HELD = SessionAnswer(Holding.HELD, PAID)
NOTHING = SessionAnswer(Holding.NOTHING, Paid("pending"))
RELEASED = Released("ref_1", Decimal("19.9"), Decimal(0))


async def slowly() -> Authorised:
    """Authorise while the shopper's question waits."""
    await asyncio.sleep(1)
    return Authorised(PAID)


async def shopper_asks(handle: WorkflowHandle[Any, Any]) -> None:
    await handle.execute_update("outcome", SESSION)
    await handle.result()


def person_answers(*actions: str) -> Drive:
    """Answer each park in turn and wait for the end, good or bad."""

    async def drive(handle: WorkflowHandle[Any, Any]) -> None:
        for action in actions:
            await parked(handle)
            await answer(handle, action, "done in the dashboard" if action == "skip" else None)

    return drive


def checkout(**says: list[Any]) -> Scenario:
    return Scenario("complete-cart", CART, {_activity(name): answers for name, answers in says.items()})


def money(workflow: str, argument: object, *actions: str, **says: list[Any]) -> Scenario:
    fakes = {**SHOWN, **{_activity(name): answers for name, answers in says.items()}}
    return Scenario(workflow, argument, fakes, person_answers(*actions))


def _activity(name: str) -> str:
    return name.replace("__", ".")


SCENARIOS: dict[str, Scenario] = {
    "complete-cart.order": checkout(
        checkout__begin=[BEGUN], payment__authorise=[Authorised(PAID)], checkout__place_order=[ORDER]
    ),
    "complete-cart.order-asked-for": Scenario(
        "complete-cart",
        CART,
        {"checkout.begin": [BEGUN], "payment.authorise": [slowly], "checkout.place_order": [ORDER]},
        shopper_asks,
    ),
    "complete-cart.free-order": checkout(checkout__begin=[FREE], checkout__place_order=[ordered(None, "order_1")]),
    "complete-cart.ordered-before": checkout(checkout__begin=[Begun(SESSION, ORDER)]),
    "complete-cart.refused": checkout(checkout__begin=[SOLD_OUT]),
    "complete-cart.refused-holding-money": checkout(
        checkout__begin=[Begun(SESSION, STALE_PRICE, may_hold_money=True)],
        payment__status=[HELD],
        checkout__let_go=[True],
    ),
    "complete-cart.refused-holding-nothing": checkout(
        checkout__begin=[Begun(SESSION, STALE_PRICE, may_hold_money=True)], payment__status=[NOTHING]
    ),
    "complete-cart.refused-not-known": checkout(
        checkout__begin=[Begun(SESSION, STALE_PRICE, may_hold_money=True)], payment__status=[OUTAGE]
    ),
    "complete-cart.declined": checkout(
        checkout__begin=[BEGUN], payment__authorise=[Authorised(Paid("error"))], checkout__refuse=[DECLINED]
    ),
    "complete-cart.raised": checkout(
        checkout__begin=[BEGUN], payment__authorise=[Authorised(declined="declined")], checkout__refuse=[RAISED]
    ),
    "complete-cart.handed-over": checkout(
        checkout__begin=[BEGUN], payment__authorise=[OUTAGE], checkout__hand_over=[undecided(SESSION)]
    ),
    "complete-cart.left-to-the-sweep": checkout(
        checkout__begin=[BEGUN], payment__authorise=[OUTAGE], checkout__hand_over=[REFUSAL]
    ),
    "resolve-session.placed": money(
        "resolve-session", RESOLVE, payment__status=[HELD], checkout__resolve=[Resolved.PLACED]
    ),
    "resolve-session.retried": money(
        "resolve-session",
        RESOLVE,
        "retry",
        "retry",
        payment__status=[REFUSAL, HELD],
        checkout__resolve=[REFUSAL, Resolved.PLACED],
    ),
    "resolve-session.given-up": money(
        "resolve-session", RESOLVE, "cancel", payment__status=[OUTAGE], checkout__abandon=[Resolved.ABANDONED]
    ),
    "release-session.released": money(
        "release-session",
        RELEASE,
        checkout__begin_release=[True],
        payment__release=[RELEASED],
        checkout__finish_release=[True],
    ),
    "release-session.nothing": money("release-session", RELEASE, checkout__begin_release=[False]),
    "release-session.retried": money(
        "release-session",
        RELEASE,
        "retry",
        checkout__begin_release=[True],
        payment__release=[REFUSAL, RELEASED],
        checkout__finish_release=[True],
    ),
    "release-session.settled-by-hand": money(
        "release-session",
        RELEASE,
        "skip",
        checkout__begin_release=[True],
        payment__release=[REFUSAL],
        checkout__settle_by_hand=[True],
    ),
    "release-session.cancelled": money("release-session", RELEASE, "cancel", checkout__begin_release=[REFUSAL]),
    "deliver-events.heard": Scenario("deliver-events", BATCH, {"event.deliver": [Delivered(2, [], [])]}),
    "deliver-events.failed-once": Scenario(
        "deliver-events", BATCH, {"event.deliver": [Delivered(1, ["evt_2"], []), Delivered(1, [], [])]}
    ),
    "deliver-events.dead": Scenario(
        "deliver-events", BATCH, {"event.deliver": [Delivered(1, ["evt_2"], []), Delivered(0, [], ["evt_2"])]}
    ),
}
