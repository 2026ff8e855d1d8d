"""expire-authorisations: what a payment holds is watched until it is captured, freed, or fell back by itself."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from activities.cancel_payment import AskAboutPayment
from activities.follow import FollowActivities
from activities.payment import AskAboutSession
from durable.attention import Target
from durable.types import ExpireAuthorisationsInput
from operations.watch_expiry import Expiring
from workflows import options
from workflows.desk import Desk


@workflow.defn(name="expire-authorisations")
class ExpireAuthorisationsWorkflow(Desk):
    """Parks with `retry` and `cancel` (the sweep begins anew) when the provider does not answer."""

    @workflow.run
    async def run(self, payment: ExpireAuthorisationsInput) -> bool:
        """Warn, wait, and ask the provider once it is time; False when it still holds after all that."""
        asked = AskAboutPayment(payment.payment_id)
        for _ in range(options.EXPIRY_LOOKS):
            found = await self.attend("look at the authorisation", lambda: self._warn(asked))
            if found is None:
                return True
            if found.seconds_left > 0:
                await workflow.sleep(min(timedelta(seconds=found.seconds_left), options.EXPIRY_PAUSE))
            else:
                await self._follow(found.session_id)
                if await self.attend("look at the authorisation", lambda: self._warn(asked)) is None:
                    return True
                await workflow.sleep(options.EXPIRY_PAUSE)
        return False

    async def _warn(self, asked: AskAboutPayment) -> Expiring | None:
        return await workflow.execute_activity_method(FollowActivities.warn, asked, **options.DB_PATIENT)

    async def _follow(self, session_id: str) -> None:
        asked = AskAboutSession(session_id)
        self.attention_on = Target("payment_session", session_id)
        call = FollowActivities.follow
        await self.attend(
            "ask the payment provider",
            lambda: workflow.execute_activity_method(call, asked, **options.PROVIDER_PATIENT),
        )
