"""One scenario per branch of each workflow; `record.py` runs them once and keeps their histories."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError

from activities.cancel_payment import Canceled
from activities.delivery import Delivered
from activities.follow import Heard
from activities.movement import Asked, Found, Told
from activities.payment import Authorised, Released, SessionAnswer
from activities.reconcile import Compared
from commerce.checkout.outcome import Begun, Outcome, OutcomeKind, ordered, refused, undecided
from commerce.payment.models import MoneyState
from commerce.payment.movements import MovementStatus
from commerce.payment.port import Holding
from durable.types import (
    AuthorizeSessionInput,
    CancelPaymentInput,
    CapturePaymentInput,
    CompleteCartInput,
    DeliverEventsInput,
    ExpireAuthorisationsInput,
    ProcessPaymentInput,
    ReconcilePaymentsInput,
    RefundPaymentInput,
    ReleaseSessionInput,
    ResolveSessionInput,
)
from kit.errors import CommerceError, unavailable
from operations.compare_books import Divergence, Kind
from operations.record_payment import Paid
from operations.resolve_session import Resolved
from operations.settle_movement import Moved
from operations.watch_expiry import Expiring
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


@dataclass(frozen=True)
class Slow:
    """An answer that lets a caller begin to wait, or leave."""

    answer: object
    seconds: float = 1.0


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

CAPTURE, REFUND, CANCEL = CapturePaymentInput("capt_1"), RefundPaymentInput("ref_1"), CancelPaymentInput("pay_1")
TAKEN = Moved(MovementStatus.DONE, Decimal("47.70"), "ch_1")
ON_ITS_WAY = Moved(MovementStatus.PENDING, Decimal("47.70"), "ch_1")
DONE, MUST_ASK = Asked(Told.MOVED, TAKEN), Asked(Told.MUST_ASK)
REFUSED_MOVE = Asked(Told.REFUSED, reason="bad credentials")
SETTLED = {"payment.settle_movement": [MoneyState.DONE], "payment.next_key": [None]}
GIVEN_UP = {"payment.settle_movement": [MoneyState.FAILED], "payment.next_key": [None]}
NOT_REPEATED = ApplicationError("no answer", type="Unknown", non_retryable=True)  # as after an hour of retries
CANCELING = {"payment.begin_cancel": [True], "payment.finish_cancel": [True], "payment.next_cancel_key": [None]}
REFUSED_CANCEL = Canceled(Decimal(0), "bad credentials")


AUTHORIZE = AuthorizeSessionInput("payses_1")


async def admin_waits(handle: WorkflowHandle[Any, Any]) -> None:
    await handle.execute_update("outcome", 20.0)
    await handle.result()


async def admin_leaves(handle: WorkflowHandle[Any, Any]) -> None:
    await handle.execute_update("outcome", 0.001)
    await handle.result()


SCENARIOS |= {
    "capture-payment-workflow.done": Scenario(
        "capture-payment-workflow", CAPTURE, {"payment.capture": [DONE], **SETTLED}, admin_waits
    ),
    "capture-payment-workflow.pending-there": Scenario(
        "capture-payment-workflow",
        CAPTURE,
        {"payment.capture": [Asked(Told.MOVED, ON_ITS_WAY)], "payment.settle_movement": [MoneyState.PENDING]},
    ),
    "capture-payment-workflow.settled-before": Scenario(
        "capture-payment-workflow", CAPTURE, {"payment.capture": [Asked(Told.SETTLED, state=MoneyState.DONE)]}
    ),
    "capture-payment-workflow.refused-to-whoever-waits": Scenario(
        "capture-payment-workflow", CAPTURE, {"payment.capture": [Slow(REFUSED_MOVE)], **GIVEN_UP}, admin_waits
    ),
    "capture-payment-workflow.goes-on": Scenario(
        "capture-payment-workflow", CAPTURE, {"payment.capture": [Slow(DONE)], **SETTLED}, admin_leaves
    ),
    "capture-payment-workflow.parked-retried": Scenario(
        "capture-payment-workflow",
        CAPTURE,
        {"payment.capture": [REFUSED_MOVE, DONE], **SETTLED, **BELL},
        person_says("retry"),
    ),
    "capture-payment-workflow.parked-cancelled": Scenario(
        "capture-payment-workflow",
        CAPTURE,
        {"payment.capture": [REFUSED_MOVE], **GIVEN_UP, **BELL},
        person_says("cancel"),
    ),
    "capture-payment-workflow.settled-by-hand": Scenario(
        "capture-payment-workflow",
        CAPTURE,
        {"payment.capture": [REFUSED_MOVE], **SETTLED, **BELL},
        person_says("skip", "taken at the terminal"),
    ),
    "capture-payment-workflow.looked-up": Scenario(
        "capture-payment-workflow",
        CAPTURE,
        {"payment.capture": [NOT_REPEATED], "payment.look_up": [Found(TAKEN, is_certain=False)], **SETTLED},
    ),
    "capture-payment-workflow.next-key": Scenario(
        "capture-payment-workflow",
        CAPTURE,
        {"payment.capture": [MUST_ASK, DONE], "payment.look_up": [Found(None, is_certain=True)], **SETTLED},
    ),
    "capture-payment-workflow.unknown-settled-by-hand": Scenario(
        "capture-payment-workflow",
        CAPTURE,
        {
            "payment.capture": [NOT_REPEATED],
            "payment.look_up": [Found(None, is_certain=False)],
            **SETTLED,
            **BELL,
        },
        person_says("skip", "seen in the provider's dashboard"),
    ),
    "capture-payment-workflow.recorded-later": Scenario(
        "capture-payment-workflow",
        CAPTURE,
        {"payment.capture": [DONE], "payment.settle_movement": [LOST, MoneyState.DONE]},
    ),
    "authorize-payment-session.paid": Scenario(
        "authorize-payment-session", AUTHORIZE, {"payment.authorise": [HELD], "checkout.resolve": [Resolved.PAID]}
    ),
    "authorize-payment-session.declined": Scenario(
        "authorize-payment-session",
        AUTHORIZE,
        {"payment.authorise": [Authorised(declined="no")], "payment.refuse_order_session": [None]},
    ),
    "authorize-payment-session.parked-cancelled": Scenario(
        "authorize-payment-session",
        AUTHORIZE,
        {"payment.authorise": [REFUSED_CALL], "payment.let_go_of_order_session": [True], **BELL},
        person_says("cancel"),
    ),
    "authorize-payment-session.parked-retried": Scenario(
        "authorize-payment-session",
        AUTHORIZE,
        {"payment.authorise": [REFUSED_CALL, HELD], "checkout.resolve": [Resolved.PAID], **BELL},
        person_says("retry"),
    ),
    "refund-payment-workflow.done": Scenario(
        "refund-payment-workflow", REFUND, {"payment.refund": [DONE], **SETTLED}, admin_waits
    ),
    "refund-payment-workflow.parked-retried": Scenario(
        "refund-payment-workflow",
        REFUND,
        {"payment.refund": [REFUSED_MOVE, DONE], **SETTLED, **BELL},
        person_says("retry"),
    ),
    "cancel-payment.nothing": Scenario("cancel-payment", CANCEL, {"payment.begin_cancel": [False]}),
    "cancel-payment.canceled": Scenario(
        "cancel-payment", CANCEL, {"payment.cancel": [Canceled(Decimal("47.70"))], **CANCELING}
    ),
    "cancel-payment.parked-retried": Scenario(
        "cancel-payment",
        CANCEL,
        {"payment.cancel": [REFUSED_CANCEL, Canceled(Decimal("47.70"))], **CANCELING, **BELL},
        person_says("retry"),
    ),
    "cancel-payment.settled-by-hand": Scenario(
        "cancel-payment",
        CANCEL,
        {"payment.cancel": [NOT_REPEATED], **CANCELING, **BELL},
        person_says("skip", "voided in the provider's dashboard"),
    ),
    "cancel-payment.parked-cancelled": Scenario(
        "cancel-payment",
        CANCEL,
        {"payment.cancel": [REFUSED_CANCEL], "payment.give_up_cancel": [None], **CANCELING, **BELL},
        person_says("cancel"),
    ),
}

PROCESS = ProcessPaymentInput("payses_1")

SCENARIOS |= {
    "process-payment-workflow.followed": Scenario(
        "process-payment-workflow", PROCESS, {"payment.follow": [Heard.FOLLOWED]}
    ),
    "process-payment-workflow.again": Scenario(
        "process-payment-workflow", PROCESS, {"payment.follow": [Heard.AGAIN, Heard.AGAIN, Heard.FOLLOWED]}
    ),
    "process-payment-workflow.parked-retried": Scenario(
        "process-payment-workflow",
        PROCESS,
        {"payment.follow": [REFUSED_CALL, Heard.FOLLOWED], **BELL},
        person_says("retry"),
    ),
}

EXPIRE = ExpireAuthorisationsInput("pay_1")
SOON, DUE = Expiring("payses_1", 0.2), Expiring("payses_1", 0.0)
DAY = ReconcilePaymentsInput("2026-01-31", "2026-01-28T00:00:00+00:00")
DIFFERS = Divergence(Kind.NOT_HELD, "payses_1", "order_1", "held 20", "held 0", "pp_x", "healed")

SCENARIOS |= {
    "expire-authorisations.captured-in-time": Scenario(
        "expire-authorisations", EXPIRE, {"payment.warn_of_expiry": [SOON, None]}
    ),
    "expire-authorisations.expired": Scenario(
        "expire-authorisations",
        EXPIRE,
        {"payment.warn_of_expiry": [SOON, DUE, None], "payment.follow": [Heard.FOLLOWED]},
    ),
    "expire-authorisations.parked-retried": Scenario(
        "expire-authorisations",
        EXPIRE,
        {"payment.warn_of_expiry": [DUE, None], "payment.follow": [REFUSED_CALL, Heard.FOLLOWED], **BELL},
        person_says("retry"),
    ),
    "reconcile-payments.pages": Scenario(
        "reconcile-payments",
        DAY,
        {
            "payment.reconcile_events": [Compared(0)],
            "payment.reconcile": [Compared(25, [DIFFERS], "payses_1"), Compared(0)],
            "payment.end_reconciliation": [None],
        },
    ),
    "reconcile-payments.parked-retried": Scenario(
        "reconcile-payments",
        DAY,
        {
            "payment.reconcile_events": [REFUSED_CALL, Compared(0)],
            "payment.reconcile": [Compared(0)],
            "payment.end_reconciliation": [None],
            **BELL,
        },
        person_says("retry"),
    ),
}
