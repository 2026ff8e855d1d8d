"""release-session: let go of what a session holds that no order consumed, until there is proof."""

from __future__ import annotations

from temporalio import workflow

from activities.checkout import CheckoutActivities, FinishRelease, SettleByHand
from activities.payment import AskAboutSession, PaymentActivities, Released
from durable.attention import Target
from durable.types import ReleaseSessionInput
from workflows import options
from workflows.desk import Desk, Skipped


@workflow.defn(name="release-session")
class ReleaseSessionWorkflow(Desk):
    """Parks with `retry` and `skip` (settled by hand, with a note) when the provider cannot be made to let go."""

    @workflow.run
    async def run(self, session: ReleaseSessionInput) -> bool:
        """Commit the intent, call the provider, record the proof; False when there was nothing to release."""
        asked = AskAboutSession(session.session_id)
        self.attention_on = Target("payment_session", session.session_id)
        if not await self.attend("begin the release", lambda: self._begin(asked)):
            return False
        done = await self.attend("release the payment", lambda: self._release(asked), can_skip=True, can_cancel=False)
        return await self.attend("record the release", lambda: self._finish(asked, done))

    async def _begin(self, asked: AskAboutSession) -> bool:
        return await workflow.execute_activity_method(CheckoutActivities.begin_release, asked, **options.DB_PATIENT)

    async def _release(self, asked: AskAboutSession) -> Released:
        return await workflow.execute_activity_method(PaymentActivities.release, asked, **options.PROVIDER_PATIENT)

    async def _finish(self, asked: AskAboutSession, done: Released | Skipped) -> bool:
        if isinstance(done, Skipped):
            by_hand = SettleByHand(asked.session_id, done.note)
            return await workflow.execute_activity_method(
                CheckoutActivities.settle_by_hand, by_hand, **options.DB_PATIENT
            )
        command = FinishRelease(asked.session_id, done)
        return await workflow.execute_activity_method(CheckoutActivities.finish_release, command, **options.DB_PATIENT)
