"""Refunds, each of them made once for its key however old the key is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from stripe.params import RefundCreateParams

from commerce.payment.movements import Movement, MovementStatus
from commerce.payment.port import Declined, PaymentRequest, Refused, SessionRequest
from providers.stripe.amounts import in_minor
from providers.stripe.answers import No, settled
from providers.stripe.calls import SESSION
from providers.stripe.client import StripeConnection
from providers.stripe.intents import Intent
from providers.stripe.movements import KEY, read_refund, refunds_of

REASONS: Final = {"duplicate", "fraudulent", "requested_by_customer"}


class RefundCalls:
    """Refunds at Stripe. Each method raises No or one of the port's errors."""

    def __init__(self, connection: StripeConnection) -> None:
        self._connection = connection

    async def refund(self, intent: Intent, request: PaymentRequest) -> Movement:
        """Give money back; Declined when this key's refund has failed."""
        made = await self._once(intent, request.key, request.session_id, request.amount, request.reason)
        if made.status == MovementStatus.FAILED:
            raise Declined(f"The refund {made.reference} failed: {made.reason or 'Stripe does not say why'}.")
        return made

    async def give_back(
        self, intent: Intent, amount: Decimal, request: SessionRequest, refunds: Sequence[Movement]
    ) -> None:
        """Refund what a session took and no order wants; Refused when that was tried and has failed."""
        key = f"release:{request.key}"
        failed = next((one for one in refunds if one.key == key and one.status == MovementStatus.FAILED), None)
        if failed is not None:
            raise Refused(f"The refund {failed.reference} failed: {failed.reason}. Give {amount:f} back by hand.")
        await self._once(intent, key, request.session_id, amount, None)

    async def _once(self, intent: Intent, key: str, session_id: str, amount: Decimal, reason: str | None) -> Movement:
        made = await self._made_by(intent, key)
        if made is not None:
            return made
        params: RefundCreateParams = {
            "payment_intent": intent.id,
            "amount": in_minor(amount, intent.currency),
            "metadata": {KEY: key, SESSION: session_id},
        }
        if reason in REASONS:
            params["reason"] = reason
        call = self._connection.v1.refunds.create_async(params, {"idempotency_key": f"refund:{key}"})
        try:
            return read_refund(await settled(call))
        except No:
            made = await self._made_by(intent, key)
            if made is None:
                raise
            return made

    async def _made_by(self, intent: Intent, key: str) -> Movement | None:
        return next((one for one in await refunds_of(self._connection, intent) if one.key == key), None)
