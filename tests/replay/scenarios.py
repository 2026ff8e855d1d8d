"""One scenario per branch of each workflow; `record.py` runs them once and keeps their histories."""

from __future__ import annotations

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
from durable.types import CompleteCartInput, DeliverEventsInput, ReleaseSessionInput, ResolveSessionInput
from kit.errors import CommerceError, unavailable
from operations.record_payment import Paid
from operations.resolve_session import Resolved
from tests.support.durable import answer, parked

Drive = Callable[[WorkflowHandle[Any, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """A workflow's start, and what its activities say in turn (the last answer for ever); an exception is raised.

    `drive` is what people and callers do meanwhile; a run that it leaves open is recorded as it stands.
    """

    workflow: str
    argument: object
    says: dict[str, list[Any]] = field(default_factory=dict)
    drive: Drive | None = None


BATCH = DeliverEventsInput("mailer:1", "mailer", ["evt_1", "evt_2"])

SCENARIOS: dict[str, Scenario] = {
    "deliver-events.heard": Scenario("deliver-events", BATCH, {"event.deliver": [Delivered(2, [], [])]}),
    "deliver-events.failed-once": Scenario(
        "deliver-events", BATCH, {"event.deliver": [Delivered(1, ["evt_2"], []), Delivered(1, [], [])]}
    ),
    "deliver-events.dead": Scenario(
        "deliver-events", BATCH, {"event.deliver": [Delivered(1, ["evt_2"], []), Delivered(0, [], ["evt_2"])]}
    ),
}

CART = CompleteCartInput("cart_1")
MINE = Begun("payses_1", attempt_id="attempt_1", amount=Decimal("47.70"), seconds_left=30.0)
ORDER = ordered("payses_1", "order_1")
HELD = Authorised(Paid("authorized", Decimal("47.70")))
DECLINED = Outcome(OutcomeKind.DECLINED, "payses_1", type="not_allowed", message="not authorized")
RAISED = Outcome(OutcomeKind.RAISED, "payses_1", type="payment_authorization_error", message="no")
SOLD_OUT = Begun("payses_1", refused("payses_1", CommerceError("not_allowed", "sold out")), may_hold_money=True)
ASKS = Begun("payses_1", refused("payses_1", unavailable("not confirmed", 5)), asks_outside=True)
REFUSED_CALL = ApplicationError("bad credentials", type="Refused", non_retryable=True)
LOST = ApplicationError("the order cannot be written", type="unexpected_state", non_retryable=True)
NO_MONEY = SessionAnswer(Holding.NOTHING, Paid("pending"))
MONEY = SessionAnswer(Holding.HELD, Paid("authorized", Decimal("47.70")))
RESOLVE, RELEASE = ResolveSessionInput("payses_1"), ReleaseSessionInput("payses_1")
LET_GO = Released("ref_1", Decimal("47.70"), Decimal(0))
BELL = {"attention.set": [None], "attention.clear": [None]}


async def shopper_waits(handle: WorkflowHandle[Any, Any]) -> None:
    await handle.execute_update("outcome", "payses_1")
    await handle.result()


def person_says(action: str, note: str | None = None) -> Drive:
    async def drive(handle: WorkflowHandle[Any, Any]) -> None:
        await parked(handle)
        await answer(handle, action, note)
        await handle.result()

    return drive


SCENARIOS |= {
    "complete-cart.order": Scenario(
        "complete-cart",
        CART,
        {"checkout.begin": [MINE], "payment.authorise": [HELD], "checkout.place_order": [ORDER]},
        shopper_waits,
    ),
    "complete-cart.free": Scenario(
        "complete-cart",
        CART,
        {"checkout.begin": [Begun(None, attempt_id="attempt_1")], "checkout.place_order": [ordered(None, "order_1")]},
    ),
    "complete-cart.ordered-before": Scenario("complete-cart", CART, {"checkout.begin": [Begun("payses_1", ORDER)]}),
    "complete-cart.refused": Scenario(
        "complete-cart", CART, {"checkout.begin": [SOLD_OUT], "payment.status": [NO_MONEY]}, shopper_waits
    ),
    "complete-cart.refused-with-money": Scenario(
        "complete-cart",
        CART,
        {"checkout.begin": [SOLD_OUT], "payment.status": [MONEY], "checkout.let_go": [True]},
    ),
    "complete-cart.refused-and-unseen": Scenario(
        "complete-cart", CART, {"checkout.begin": [SOLD_OUT], "payment.status": [REFUSED_CALL]}
    ),
    "complete-cart.confirmed": Scenario(
        "complete-cart",
        CART,
        {
            "checkout.begin": [ASKS, MINE],
            "cart.confirm": [True],
            "payment.authorise": [HELD],
            "checkout.place_order": [ORDER],
        },
        shopper_waits,
    ),
    "complete-cart.changed-outside": Scenario(
        "complete-cart", CART, {"checkout.begin": [ASKS], "cart.confirm": [False]}, shopper_waits
    ),
    "complete-cart.unconfirmed": Scenario(
        "complete-cart", CART, {"checkout.begin": [ASKS], "cart.confirm": [LOST]}, shopper_waits
    ),
    "complete-cart.not-begun": Scenario("complete-cart", CART, {"checkout.begin": [LOST]}),
    "complete-cart.declined": Scenario(
        "complete-cart",
        CART,
        {
            "checkout.begin": [MINE],
            "payment.authorise": [Authorised(Paid("error"))],
            "checkout.refuse": [DECLINED],
        },
        shopper_waits,
    ),
    "complete-cart.raised": Scenario(
        "complete-cart",
        CART,
        {"checkout.begin": [MINE], "payment.authorise": [Authorised(declined="no")], "checkout.refuse": [RAISED]},
    ),
    "complete-cart.handed-over": Scenario(
        "complete-cart",
        CART,
        {
            "checkout.begin": [MINE],
            "payment.authorise": [REFUSED_CALL],
            "checkout.hand_over": [undecided("payses_1")],
        },
    ),
    "complete-cart.not-placed": Scenario(
        "complete-cart",
        CART,
        {
            "checkout.begin": [MINE],
            "payment.authorise": [HELD],
            "checkout.place_order": [LOST],
            "checkout.hand_over": [undecided("payses_1")],
        },
    ),
    "complete-cart.not-handed-over": Scenario(
        "complete-cart",
        CART,
        {"checkout.begin": [MINE], "payment.authorise": [REFUSED_CALL], "checkout.hand_over": [LOST]},
    ),
    "resolve-session.placed": Scenario(
        "resolve-session", RESOLVE, {"payment.status": [MONEY], "checkout.resolve": [Resolved.PLACED]}
    ),
    "resolve-session.parked-retried": Scenario(
        "resolve-session",
        RESOLVE,
        {"payment.status": [REFUSED_CALL, MONEY], "checkout.resolve": [Resolved.PLACED], **BELL},
        person_says("retry"),
    ),
    "resolve-session.parked-cancelled": Scenario(
        "resolve-session",
        RESOLVE,
        {"payment.status": [REFUSED_CALL], "checkout.abandon": [Resolved.ABANDONED], **BELL},
        person_says("cancel"),
    ),
    "release-session.nothing": Scenario("release-session", RELEASE, {"checkout.begin_release": [False]}),
    "release-session.released": Scenario(
        "release-session",
        RELEASE,
        {"checkout.begin_release": [True], "payment.release": [LET_GO], "checkout.finish_release": [True]},
    ),
    "release-session.parked-retried": Scenario(
        "release-session",
        RELEASE,
        {
            "checkout.begin_release": [True],
            "payment.release": [REFUSED_CALL, LET_GO],
            "checkout.finish_release": [True],
            **BELL,
        },
        person_says("retry"),
    ),
    "release-session.settled-by-hand": Scenario(
        "release-session",
        RELEASE,
        {
            "checkout.begin_release": [True],
            "payment.release": [REFUSED_CALL],
            "checkout.settle_by_hand": [True],
            **BELL,
        },
        person_says("skip", "voided in the provider's dashboard"),
    ),
}
