"""complete-cart: a cart becomes an order, or the shopper hears why not; never parks, since it holds the cart."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from activities.cart import CartActivities, ConfirmCart
from activities.checkout import BeginCheckout, CheckoutActivities, PlaceOrder, RefuseCheckout
from activities.payment import AskAboutSession, Authorised, PaymentActivities
from commerce.checkout.outcome import Begun, Claim, Outcome, OutcomeKind, refused, undecided
from commerce.checkout.rules import PLACING
from commerce.payment.port import Holding
from durable.errors import as_commerce_error
from durable.types import CompleteCartInput
from kit.errors import not_allowed
from operations.begin_checkout import CHANGED
from operations.record_payment import Paid
from workflows import options

FREE: Final = Paid("free")
FAILED: Final = ("payment_authorization_error", "Payment authorization failed")
NEEDS_MORE: Final = ("payment_requires_more_error", "More information is required for payment")


@workflow.defn(name="complete-cart")
class CompleteCartWorkflow:
    """Begin, authorise, place: two commits around one provider call (docs/checkout.md).

    A failing step is any FailureError: a local activity's own failure comes without the ActivityError around it.
    """

    def __init__(self) -> None:
        self._outcome: Outcome | None = None

    @workflow.run
    async def run(self, cart: CompleteCartInput) -> Outcome:
        """Decide for the session that is open now, then see to money that a refusal left behind."""
        begun = await self._begin(cart)
        if begun.asks_outside:
            begun = await self._confirm(cart, begun)
        decided = begun.outcome or await self._carry_on(cart, begun)
        self._outcome = replace(decided, session_id=begun.session_id)
        if begun.may_hold_money and begun.session_id is not None:
            await self._let_go(AskAboutSession(begun.session_id))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._outcome

    @workflow.update
    async def outcome(self, session_id: str | None) -> Outcome:
        """Return how it ended, for a shopper whose cart has this session; never raises.

        An order is everybody's answer. Anything else only answers who asked before it was decided, and for the
        session that it was decided for: else a second card would hear the first card's decline.
        """
        is_late = self._outcome is not None
        await workflow.wait_condition(lambda: self._outcome is not None)
        outcome = self._outcome
        assert outcome is not None  # noqa: S101 - the condition above, for the type checker
        if outcome.kind is not OutcomeKind.ORDER and (is_late or outcome.session_id != session_id):
            return Outcome(OutcomeKind.STALE, session_id)
        return outcome

    async def _begin(self, cart: CompleteCartInput) -> Begun:
        command = BeginCheckout(cart.cart_id, workflow.info().run_id, cart.request_id)
        try:
            return await workflow.execute_local_activity_method(CheckoutActivities.begin, command, **options.DB)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            refusal = as_commerce_error(error)
            return Begun(None, undecided(None) if refusal is None else refused(None, refusal))

    async def _confirm(self, cart: CompleteCartInput, begun: Begun) -> Begun:
        """Let the providers of the cart's shipping and taxes be asked, then begin again; what it finds stands."""
        try:
            is_same = await workflow.execute_activity_method(
                CartActivities.confirm, ConfirmCart(cart.cart_id), **options.PROVIDER
            )
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            is_same = True  # or nobody knows: what can be found out, begin finds out
        if not is_same:
            return Begun(begun.session_id, refused(begun.session_id, not_allowed(CHANGED)))
        return await self._begin(cart)

    async def _carry_on(self, cart: CompleteCartInput, begun: Begun) -> Outcome:
        assert begun.attempt_id is not None  # noqa: S101 - begun without an outcome
        claim = Claim(cart.cart_id, begun.attempt_id, workflow.info().run_id)
        try:
            return await self._decide(claim, begun)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
        return await self._hand_over(claim)

    async def _decide(self, claim: Claim, begun: Begun) -> Outcome:
        """Ask for the money, then make the order or refuse; a failure leaves it undecided."""
        if begun.session_id is None:
            return await self._place(claim, FREE)
        word = await self._authorise(begun.session_id, begun.seconds_left)
        if word.paid is None:
            return await self._refuse(RefuseCheckout(claim, _raised(begun.session_id, word)))
        if word.paid.status in PLACING:
            return await self._place(claim, word.paid)
        return await self._refuse(RefuseCheckout(claim, _returned(begun.session_id), word.paid.status))

    async def _authorise(self, session_id: str, seconds_left: float) -> Authorised:
        return await workflow.execute_activity_method(
            PaymentActivities.authorise, AskAboutSession(session_id), **options.provider_within(seconds_left)
        )

    async def _place(self, claim: Claim, paid: Paid) -> Outcome:
        return await workflow.execute_local_activity_method(
            CheckoutActivities.place, PlaceOrder(claim, paid), **options.DB
        )

    async def _refuse(self, command: RefuseCheckout) -> Outcome:
        return await workflow.execute_local_activity_method(CheckoutActivities.refuse, command, **options.DB)

    async def _hand_over(self, claim: Claim) -> Outcome:
        """Free the cart; when even that fails, the sweep does it after the deadline."""
        try:
            return await workflow.execute_local_activity_method(CheckoutActivities.hand_over, claim, **options.DB)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            return undecided(None)

    async def _let_go(self, session: AskAboutSession) -> None:
        """Let go of money that is already held for a refused cart; the sweep asks again when this fails."""
        try:
            answer = await workflow.execute_activity_method(PaymentActivities.status, session, **options.GLANCE)
            if answer.holding in (Holding.HELD, Holding.CAPTURED):
                await workflow.execute_activity_method(CheckoutActivities.let_go, session, **options.DB_PATIENT)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("the refused session could not be looked at: %s", error.cause)


def _raised(session_id: str, word: Authorised) -> Outcome:
    kind, message = NEEDS_MORE if word.needed_more else FAILED
    return Outcome(OutcomeKind.RAISED, session_id, type=kind, message=message)


def _returned(session_id: str) -> Outcome:
    message = f"Session: {session_id} was not authorized with the provider."
    return Outcome(OutcomeKind.DECLINED, session_id, type="not_allowed", message=message)
