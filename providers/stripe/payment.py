"""The payment provider `pp_stripe_stripe`: payment intents that the shopper's browser confirms.

Whatever moves money is looked for before it is asked for: a key of Stripe's lives for a day, and repeated after that
it would be a new wish. In between the key protects, and a look after an answer that settles nothing tells what is so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from commerce.payment.accounts import PaymentAccounts
from commerce.payment.events import PaymentEvents
from commerce.payment.models import SessionStatus
from commerce.payment.movements import MovementStatus
from commerce.payment.port import (
    AuthoriseResult,
    Holding,
    PaymentRequest,
    PaymentResult,
    Refused,
    ReleaseResult,
    SessionRequest,
    SessionResult,
    StatusResult,
    Unknown,
)
from kit.settings import Settings
from providers.stripe.accounts import StripeAccounts
from providers.stripe.amounts import in_minor
from providers.stripe.answers import No
from providers.stripe.calls import IntentCalls
from providers.stripe.client import StripeConnection
from providers.stripe.events import StripeEvents
from providers.stripe.intents import Intent
from providers.stripe.movements import refunds_and_disputes, refunds_of, sum_of
from providers.stripe.refunds import RefundCalls

FINAL: Final = {"canceled", "succeeded"}


class StripePayments:
    """Stripe as the port wants it."""

    id: ClassVar[str] = "pp_stripe_stripe"
    confirmed_by_client: ClassVar[bool] = True
    takes_any_amount: ClassVar[bool] = False

    def __init__(self, settings: Settings) -> None:
        key = settings.stripe_api_key
        if key is None:
            raise ValueError("Stripe needs EURYALE_STRIPE_API_KEY.")
        self._connection = StripeConnection(
            key.get_secret_value(), settings.stripe_base_url, seconds=settings.provider_money_seconds
        )
        self._intents = IntentCalls(
            self._connection,
            capture=settings.stripe_capture,
            multicapture=settings.stripe_multicapture,
            session_seconds=settings.provider_session_seconds,
        )
        self._refunds = RefundCalls(self._connection)
        self.accounts: PaymentAccounts | None = StripeAccounts(self._connection)
        secrets = [secret.get_secret_value() for secret in settings.stripe_webhook_secrets]
        self.events: PaymentEvents | None = StripeEvents(self._connection, secrets)

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    async def create_session(self, request: SessionRequest) -> SessionResult:
        """Make an intent, whose client secret the browser confirms with."""
        try:
            intent = await self._opened(request)
        except No as no:
            raise no.as_error() from None
        return SessionResult(status=intent.status, data=dict(intent.data), reference=intent.id)

    async def update_session(self, request: SessionRequest) -> SessionResult:
        """Give the intent another amount; Refused once it holds money."""
        try:
            reference = await self._reference(request)
            intent = await self._intents.update(reference, request)
        except No as no:
            intent = await self._looked_at(request.reference, no)
            if not _is_priced(intent, request):
                raise Refused(no.message) from None
        return SessionResult(status=intent.status, data=dict(intent.data), reference=intent.id)

    async def delete_session(self, request: SessionRequest) -> None:
        """Cancel the intent, for good; Refused when it holds money."""
        try:
            intent = await self._intents.get(await self._reference(request))
        except No:  # it was never made, or is not there any more
            return
        if intent.held or intent.captured:
            raise Refused("This session holds money: release it.")
        await self._freed(intent)

    async def authorise(self, request: SessionRequest) -> AuthoriseResult:
        """Look at what the shopper's browser did, and compare it with what the session is for."""
        try:
            intent = await self._intents.get(await self._reference(request))
        except No as no:
            raise no.as_error() from None
        status = intent.status if _is_priced(intent, request) else SessionStatus.ERROR
        return AuthoriseResult(
            status=status, data=dict(intent.data), reference=intent.id, held=intent.held, captured=intent.captured
        )

    async def status(self, request: SessionRequest) -> StatusResult:
        """Look at the intent, its refunds and its disputes."""
        intent = await self._known(request)
        if intent is None:
            return StatusResult(
                holding=Holding.UNKNOWN, status=SessionStatus.PENDING, data={}, reference=request.reference
            )
        try:
            refunds, disputes = await refunds_and_disputes(self._connection, intent)
        except No as no:
            raise Unknown(no.message) from None
        refunded = sum_of(refunds, MovementStatus.DONE)
        holding = _holding(intent, is_given_back=refunded == intent.captured)
        return StatusResult(
            holding=holding,
            status=SessionStatus.CANCELED if holding == Holding.RELEASED else intent.status,
            data=dict(intent.data),
            reference=intent.id,
            held=intent.held,
            captured=intent.captured,
            refunded=refunded,
            fees=intent.fees,
            expires_at=intent.expires_at,
            captures=intent.movements(),
            refunds=refunds,
            disputes=disputes,
        )

    async def release(self, request: SessionRequest) -> ReleaseResult:
        """Cancel the intent, or refund what had been taken; only the intent itself is the proof."""
        try:
            reference = await self._reference(request)
        except No:  # the key is finished and made nothing, so nothing can be held
            return ReleaseResult(reference=None)
        try:
            intent = await self._freed(await self._intents.get(reference))
            refunds = await refunds_of(self._connection, intent)
            asked = sum_of(refunds, MovementStatus.DONE, MovementStatus.PENDING)
            if intent.captured > asked:
                await self._refunds.give_back(intent, intent.captured - asked, request, refunds)
                refunds = await refunds_of(self._connection, intent)
        except No as no:
            raise Refused(no.message) from None
        refunded = sum_of(refunds, MovementStatus.DONE)
        if intent.word not in FINAL or intent.held or refunded != intent.captured:
            raise Unknown("Stripe has not let go of this money yet.")
        return ReleaseResult(reference=intent.id, voided=intent.voided, refunded=refunded)

    async def capture(self, request: PaymentRequest) -> PaymentResult:
        """Take part or all of what is held."""
        intent = await self._looked_at(request.reference)
        if request.key not in intent.captures:
            try:
                intent = await self._intents.capture(intent, request)
            except No as no:
                intent = await self._looked_at(request.reference)
                if request.key not in intent.captures:
                    raise no.as_error() from None
        return PaymentResult(
            amount=intent.captures[request.key],
            data=intent.kept_data,
            reference=intent.reference_of(request.key),
        )

    async def refund(self, request: PaymentRequest) -> PaymentResult:
        """Give back part or all of what was taken."""
        intent = await self._looked_at(request.reference)
        try:
            found = await self._refunds.refund(intent, request)
        except No as no:
            raise no.as_error() from None
        return PaymentResult(amount=found.amount, data=intent.kept_data, status=found.status, reference=found.reference)

    async def cancel(self, request: PaymentRequest) -> PaymentResult:
        """Free what is still held."""
        intent = await self._freed(await self._looked_at(request.reference))
        return PaymentResult(amount=intent.voided, data=intent.kept_data)

    async def _reference(self, request: SessionRequest) -> str:
        return request.reference or (await self._opened(request)).id

    async def _opened(self, request: SessionRequest) -> Intent:
        """Return the intent that the session's key made, making it if need be; No: it is settled that there is none."""
        try:
            return await self._intents.create(request)
        except No as no:
            if no.is_missing and request.context:  # the customer was deleted at Stripe: they pay as a guest does
                return await self._opened(replace(request, key=f"{request.key}:guest", context={}))
            made = await self._intents.of_session(request.session_id) if no.is_spent else None
            if made is None:
                raise
            return made

    async def _known(self, request: SessionRequest) -> Intent | None:
        try:
            if request.reference is None:
                return await self._intents.of_session(request.session_id)
            return await self._intents.get(request.reference)
        except No:
            return None

    async def _looked_at(self, reference: str | None, because: No | None = None) -> Intent:
        try:
            if reference is None:
                raise because or No("There is no intent.")
            return await self._intents.get(reference)
        except No as no:
            raise Refused(no.message) from None

    async def _freed(self, intent: Intent) -> Intent:
        """Return the intent once nothing of it is held and nothing can be."""
        if intent.word in FINAL:
            return intent
        try:
            return await self._intents.free(intent)
        except No as no:
            intent = await self._looked_at(intent.id)
            if intent.word == "processing":  # what is under way cannot be stopped, but it will end
                raise Unknown(no.message) from None
            if intent.word not in FINAL:
                raise Refused(no.message) from None
            return intent


def _is_priced(intent: Intent, request: SessionRequest) -> bool:
    try:
        wanted = in_minor(request.amount, request.currency_code)
    except No:
        return False
    return (intent.minor, intent.currency) == (wanted, request.currency_code.lower())


def _holding(intent: Intent, *, is_given_back: bool) -> Holding:
    if intent.captured and not is_given_back:
        return Holding.CAPTURED
    if intent.held:
        return Holding.HELD
    return Holding.RELEASED if intent.word in FINAL else Holding.NOTHING
