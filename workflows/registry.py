"""Every workflow, by the queue it runs on; listed by hand, compared with what is defined by a test."""

from __future__ import annotations

from typing import Final

from durable.queues import BACKGROUND, CHECKOUT, MONEY
from workflows.authorize_session import AuthorizeSessionWorkflow
from workflows.cancel_payment import CancelPaymentWorkflow
from workflows.capture_payment import CapturePaymentWorkflow
from workflows.complete_cart import CompleteCartWorkflow
from workflows.deliver_events import DeliverEventsWorkflow
from workflows.expire_authorisations import ExpireAuthorisationsWorkflow
from workflows.process_payment import ProcessPaymentWorkflow
from workflows.reconcile_payments import ReconcilePaymentsWorkflow
from workflows.refund_payment import RefundPaymentWorkflow
from workflows.release_session import ReleaseSessionWorkflow
from workflows.resolve_session import ResolveSessionWorkflow

WORKFLOWS: Final[dict[str, tuple[type, ...]]] = {
    CHECKOUT: (CompleteCartWorkflow,),
    MONEY: (
        AuthorizeSessionWorkflow,
        CancelPaymentWorkflow,
        CapturePaymentWorkflow,
        ExpireAuthorisationsWorkflow,
        ProcessPaymentWorkflow,
        RefundPaymentWorkflow,
        ReleaseSessionWorkflow,
        ResolveSessionWorkflow,
    ),
    BACKGROUND: (DeliverEventsWorkflow, ReconcilePaymentsWorkflow),
}
