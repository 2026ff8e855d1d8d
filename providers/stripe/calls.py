"""The calls about payment intents, each under a key of ours; what they ask for is the shop's to say, no client's."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final, Literal

import stripe
from stripe.params import PaymentIntentCaptureParams, PaymentIntentCreateParams, PaymentIntentUpdateParams

from commerce.payment.port import PaymentRequest, SessionRequest
from kit.ids import made_at
from providers.stripe.amounts import in_minor
from providers.stripe.answers import settled
from providers.stripe.client import StripeConnection
from providers.stripe.intents import EXPANDED, Intent, capture_note, noted, read
from providers.stripe.movements import PAGE

CaptureMethod = Literal["manual", "automatic"]

SESSION: Final = "session_id"
"""The name in metadata under which our session's id stands."""

CLOCKS_DIFFER: Final = timedelta(minutes=10)
SAVES_CARD: Final = {"on_session", "off_session"}


class IntentCalls:
    """Payment intents at Stripe. Each method raises No, Refused or Unknown."""

    def __init__(
        self, connection: StripeConnection, *, capture: CaptureMethod, multicapture: bool, session_seconds: float
    ) -> None:
        self._connection = connection
        self._intents = connection.v1.payment_intents
        self._capture: CaptureMethod = capture
        self._multicapture = multicapture
        self._session_seconds = session_seconds

    async def create(self, request: SessionRequest) -> Intent:
        """Make the intent of the session's key, or hear of it again."""
        params = self._wished(request)
        call = self._intents.create_async(params, {"idempotency_key": f"create:{request.key}"})
        return read(await settled(self._soon(call)))

    async def update(self, reference: str, request: SessionRequest) -> Intent:
        """Give the intent the session's amount and currency; without a key of ours, as `free`."""
        amount = in_minor(request.amount, request.currency_code)
        params: PaymentIntentUpdateParams = {
            "amount": amount,
            "currency": request.currency_code,
            "expand": EXPANDED,
        }
        call = self._intents.update_async(reference, params)
        return read(await settled(self._soon(call)))

    async def get(self, reference: str) -> Intent:
        """Look at the intent."""
        return read(await settled(self._intents.retrieve_async(reference, {"expand": EXPANDED})))

    async def of_session(self, session_id: str) -> Intent | None:
        """Find the intent that names our session; unlike Stripe's search, a list is never behind."""
        since = int((made_at(session_id) - CLOCKS_DIFFER).timestamp())
        page = self._intents.list_async({"created": {"gte": since}, "limit": PAGE})

        async def found() -> str | None:
            async for one in (await page).auto_paging_iter():
                if noted(one.metadata).get(SESSION) == session_id:
                    return one.id
            return None

        reference = await settled(found())
        return None if reference is None else await self.get(reference)

    async def capture(self, intent: Intent, request: PaymentRequest) -> Intent:
        """Take part or all of what is held; the rest falls back, unless the card lets us come again."""
        minor = in_minor(request.amount, request.currency_code)
        params: PaymentIntentCaptureParams = {
            "amount_to_capture": minor,
            "metadata": capture_note(request.key, minor),
            "expand": EXPANDED,
        }
        if intent.takes_parts:
            params["final_capture"] = request.amount >= intent.held
        call = self._intents.capture_async(intent.id, params, {"idempotency_key": f"capture:{request.key}"})
        return read(await settled(call))

    async def free(self, intent: Intent) -> Intent:
        """Give up what is held and not taken, for good.

        Done twice it is done once, so it has no key of ours: Stripe would repeat a "not now" for as long as it lives.
        """
        if intent.captured:  # a part was taken and more could be: a last capture of nothing lets go of the rest
            nothing: PaymentIntentCaptureParams = {"amount_to_capture": 0, "final_capture": True, "expand": EXPANDED}
            return read(await settled(self._intents.capture_async(intent.id, nothing)))
        return read(await settled(self._intents.cancel_async(intent.id, {"expand": EXPANDED})))

    def _wished(self, request: SessionRequest) -> PaymentIntentCreateParams:
        params: PaymentIntentCreateParams = {
            "amount": in_minor(request.amount, request.currency_code),
            "currency": request.currency_code,
            "capture_method": self._capture,
            "automatic_payment_methods": {"enabled": True},
            "metadata": {SESSION: request.session_id},
            "expand": EXPANDED,
        }
        holder = request.context.get("account_holder")
        if isinstance(holder, dict) and holder.get("external_id"):
            params["customer"] = holder["external_id"]
        if (future := request.data.get("setup_future_usage")) in SAVES_CARD:
            params["setup_future_usage"] = future
        if self._multicapture and self._capture == "manual":
            params["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
        return params

    async def _soon(self, call: Coroutine[Any, Any, stripe.PaymentIntent]) -> stripe.PaymentIntent:
        async with asyncio.timeout(self._session_seconds):
            return await call
