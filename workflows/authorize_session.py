"""authorize-payment-session: an admin charges a session of an order's own collection, which no cart pays by."""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.checkout import CheckoutActivities, ResolveSession
from activities.order_session import OrderSessionDecisions, RefuseOrderSession
from activities.payment import AskAboutSession, Authorised, PaymentActivities, SessionAnswer
from commerce.payment.port import Holding
from durable.attention import Target
from durable.types import AuthorizeSessionInput
from operations.resolve_session import Resolved
from workflows import options
from workflows.desk import CANCELLED, Desk


@workflow.defn(name="authorize-payment-session")
class AuthorizeSessionWorkflow(Desk):
    """Parks with `retry` and `cancel` (whatever is held is let go) when the provider refuses or does not answer."""

    @workflow.run
    async def run(self, session: AuthorizeSessionInput) -> bool:
        """Hold the session's amount and give it to the order; False when the shopper's card was declined."""
        asked = AskAboutSession(session.session_id)
        self.attention_on = Target("payment_session", session.session_id)
        try:
            word = await self.attend("authorise the payment", lambda: self._authorise(asked))
        except ApplicationError as error:
            if error.type != CANCELLED:
                raise
            await self.attend("let the payment go", lambda: self._let_go(asked))
            return False
        return await self.attend("record the payment", lambda: self._record(asked, word))

    async def _authorise(self, asked: AskAboutSession) -> Authorised:
        return await workflow.execute_activity_method(PaymentActivities.authorise, asked, **options.PROVIDER_PATIENT)

    async def _record(self, asked: AskAboutSession, word: Authorised) -> bool:
        paid = word.paid
        if paid is None or not (paid.held or paid.captured):
            command = RefuseOrderSession(asked.session_id, None if paid is None else paid.status)
            await workflow.execute_activity_method(OrderSessionDecisions.refuse, command, **options.DB_PATIENT)
            return False
        holding = Holding.CAPTURED if paid.captured else Holding.HELD
        answer = ResolveSession(asked.session_id, SessionAnswer(holding, paid))
        resolved = await workflow.execute_activity_method(CheckoutActivities.resolve, answer, **options.DB_PATIENT)
        return resolved is Resolved.PAID

    async def _let_go(self, asked: AskAboutSession) -> bool:
        return await workflow.execute_activity_method(OrderSessionDecisions.let_go, asked, **options.DB_PATIENT)
