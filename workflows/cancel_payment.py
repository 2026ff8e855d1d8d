"""cancel-payment: what a payment of an order still holds is the shopper's again."""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.cancel_payment import AskAboutPayment, CancelActivities, Canceled, FinishCancel
from durable.attention import Target
from durable.types import CancelPaymentInput
from kit.decimals import ZERO
from workflows import options
from workflows.desk import CANCELLED, Desk, Skipped


@workflow.defn(name="cancel-payment")
class CancelPaymentWorkflow(Desk):
    """Parks when the provider refuses: `retry`, `skip` (freed by hand, with a note), `cancel` (leave it as it is)."""

    @workflow.run
    async def run(self, payment: CancelPaymentInput) -> bool:
        """Free what is held and record it; False when there was nothing to cancel, or a person left it."""
        asked = AskAboutPayment(payment.payment_id)
        self.attention_on = Target("payment", payment.payment_id)
        if not await self.attend("begin the cancel", lambda: self._begin(asked)):
            return False
        try:
            done = await self.attend("cancel the payment", lambda: self._cancel(asked), can_skip=True)
        except ApplicationError as error:
            if error.type != CANCELLED:
                raise
            await self.attend("leave the payment as it is", lambda: self._give_up(asked))
            return False
        return await self.attend("record the cancel", lambda: self._finish(asked, done))

    async def _begin(self, asked: AskAboutPayment) -> bool:
        return await workflow.execute_activity_method(CancelActivities.begin, asked, **options.DB_PATIENT)

    async def _cancel(self, asked: AskAboutPayment) -> Canceled | Skipped:
        """Call until it is known; what a person is asked about was not done, so that `cancel` is legal."""
        call = CancelActivities.cancel
        done = await self.attend(
            "ask the payment provider",
            lambda: workflow.execute_activity_method(call, asked, **options.PROVIDER_PATIENT),
            can_skip=True,
            can_cancel=False,
        )
        if isinstance(done, Skipped) or done.reason is None:
            return done
        await workflow.execute_activity_method(CancelActivities.next_key, asked, **options.DB_PATIENT)
        raise ApplicationError(done.reason, type="Refused", non_retryable=True)

    async def _finish(self, asked: AskAboutPayment, done: Canceled | Skipped) -> bool:
        amount, note = (ZERO, done.note) if isinstance(done, Skipped) else (done.amount, None)
        command = FinishCancel(asked.payment_id, amount, note)
        return await workflow.execute_activity_method(CancelActivities.finish, command, **options.DB_PATIENT)

    async def _give_up(self, asked: AskAboutPayment) -> None:
        await workflow.execute_activity_method(CancelActivities.give_up, asked, **options.DB_PATIENT)
