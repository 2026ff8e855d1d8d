"""process-payment-workflow: something happened to a session's money at the provider; ask what, and follow it."""

from __future__ import annotations

from temporalio import workflow

from activities.follow import FollowActivities, Heard
from activities.payment import AskAboutSession
from durable.attention import Target
from durable.types import ProcessPaymentInput
from workflows import options
from workflows.desk import Desk


@workflow.defn(name="process-payment-workflow")
class ProcessPaymentWorkflow(Desk):
    """Parks with `retry` and `cancel` (leave it to the next time somebody asks) when the provider does not answer."""

    @workflow.run
    async def run(self, session: ProcessPaymentInput) -> Heard:
        """Ask until what is ours is up to the provider; while a checkout is at it, again and again for a minute."""
        asked = AskAboutSession(session.session_id)
        self.attention_on = Target("payment_session", session.session_id)
        heard = await self._follow(asked)
        for pause in options.FOLLOW_PAUSES:
            if heard is not Heard.AGAIN:
                break
            await workflow.sleep(pause)
            heard = await self._follow(asked)
        return heard

    async def _follow(self, asked: AskAboutSession) -> Heard:
        return await self.attend("ask the payment provider", lambda: self._ask(asked))

    async def _ask(self, asked: AskAboutSession) -> Heard:
        return await workflow.execute_activity_method(FollowActivities.follow, asked, **options.PROVIDER_PATIENT)
