"""resolve-session: ask the provider until it is known, then place the order or let the money go."""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.checkout import CheckoutActivities, ResolveSession
from activities.payment import AskAboutSession, PaymentActivities, SessionAnswer
from durable.attention import Target
from durable.types import ResolveSessionInput
from operations.resolve_session import Resolved
from workflows import options
from workflows.desk import CANCELLED, Desk


@workflow.defn(name="resolve-session")
class ResolveSessionWorkflow(Desk):
    """Parks with `retry` and `cancel` when the provider does not answer for an hour, or refuses to."""

    @workflow.run
    async def run(self, session: ResolveSessionInput) -> Resolved:
        """Ask and decide; a person who cancels gives the attempt up, and whatever is held is let go."""
        asked = AskAboutSession(session.session_id)
        self.attention_on = Target("payment_session", session.session_id)
        try:
            return await self._resolve(asked)
        except ApplicationError as error:
            if error.type != CANCELLED:
                raise
        return await self.attend("give the attempt up", lambda: self._abandon(asked))

    async def _resolve(self, asked: AskAboutSession) -> Resolved:
        answer = await self.attend("ask the payment provider", lambda: self._ask(asked))
        return await self.attend("decide the payment session", lambda: self._decide(asked, answer))

    async def _ask(self, asked: AskAboutSession) -> SessionAnswer:
        return await workflow.execute_activity_method(PaymentActivities.status, asked, **options.PROVIDER_PATIENT)

    async def _decide(self, asked: AskAboutSession, answer: SessionAnswer) -> Resolved:
        command = ResolveSession(asked.session_id, answer)
        return await workflow.execute_activity_method(CheckoutActivities.resolve, command, **options.DB_PATIENT)

    async def _abandon(self, asked: AskAboutSession) -> Resolved:
        return await workflow.execute_activity_method(CheckoutActivities.abandon, asked, **options.DB_PATIENT)
