"""capture-payment-workflow: money that is held for an order is taken, once, whatever the provider's answers do."""

from __future__ import annotations

from temporalio import workflow

from activities.movement import Asking
from durable.types import CapturePaymentInput, MoneyOutcome
from workflows.movement import MovementWorkflow


@workflow.defn(name="capture-payment-workflow")
class CapturePaymentWorkflow(MovementWorkflow):
    """One capture: asked for, settled; see MovementWorkflow."""

    @workflow.run
    async def run(self, capture: CapturePaymentInput) -> MoneyOutcome:
        """Take the capture's amount."""
        return await self.move(Asking("capture", capture.capture_id))
