"""refund-payment-workflow: money that was taken for an order is given back, once."""

from __future__ import annotations

from temporalio import workflow

from activities.movement import Asking
from durable.types import MoneyOutcome, RefundPaymentInput
from workflows.movement import MovementWorkflow


@workflow.defn(name="refund-payment-workflow")
class RefundPaymentWorkflow(MovementWorkflow):
    """One refund: asked for, settled; see MovementWorkflow."""

    @workflow.run
    async def run(self, refund: RefundPaymentInput) -> MoneyOutcome:
        """Give the refund's amount back."""
        return await self.move(Asking("refund", refund.refund_id))
