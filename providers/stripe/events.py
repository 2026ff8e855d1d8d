"""What Stripe tells us: signed webhooks, and the list of events for those that never came."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import stripe
from stripe.params import EventListParams

from commerce.payment.events import BadSignature, Delivery, ProviderEvent
from commerce.payment.port import Refused
from kit import clock
from providers.stripe.answers import No
from providers.stripe.calls import SESSION
from providers.stripe.client import StripeConnection
from providers.stripe.intents import understood
from providers.stripe.movements import PAGE, every

SIGNATURE: Final = "stripe-signature"
TOLERANCE: Final = timedelta(seconds=300)

TOLD: Final = [
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "charge.captured",
    "charge.expired",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "refund.created",
    "refund.updated",
    "refund.failed",
]
"""The events that a payment's books may follow from: what an endpoint at Stripe should send; 20 can be listed."""


class StripeEvents:
    """Meets PaymentEvents; while a secret is being replaced, the old and the new are both valid."""

    def __init__(self, connection: StripeConnection, secrets: Sequence[str]) -> None:
        self._connection = connection
        self._secrets = tuple(secrets)

    async def verify(self, delivery: Delivery) -> ProviderEvent:
        """Return the event of a delivery that Stripe signed in the last five minutes."""
        header = delivery.headers.get(SIGNATURE)
        if header is None or not any(_signed(delivery.body, header, secret) for secret in self._secrets):
            raise BadSignature("Not signed by Stripe with a secret of ours.")
        if abs(clock.now() - _signed_at(header)) > TOLERANCE:
            raise BadSignature("Signed too long ago.")
        try:
            return _event(json.loads(delivery.body))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadSignature("Signed by Stripe, but no event.") from error

    async def since(self, moment: datetime) -> AsyncIterator[ProviderEvent]:
        """List the events of the last 30 days at most, which is as long as Stripe keeps them; the oldest first."""
        asked: EventListParams = {"created": {"gte": int(moment.timestamp())}, "types": TOLD, "limit": PAGE}
        try:
            found = await every(self._connection.v1.events.list_async(asked))
        except No as no:
            raise Refused(no.message) from None
        with understood():
            events = [_event(one.to_dict(for_json=True)) for one in reversed(found)]
        for event in events:
            yield event


def _signed(body: bytes, header: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
    except (stripe.SignatureVerificationError, TypeError, ValueError):  # neither UTF-8 nor ASCII: not from Stripe
        return False
    return True


def _signed_at(header: str) -> datetime:
    # The first one, which is what was signed: whoever adds a second has not signed it.
    moments = (part.removeprefix("t=") for part in header.split(",") if part.startswith("t="))
    return datetime.fromtimestamp(int(next(moments)), UTC)


def _event(found: Mapping[str, Any]) -> ProviderEvent:
    about = found["data"]["object"]
    is_intent = about["object"] == "payment_intent"
    return ProviderEvent(
        id=str(found["id"]),
        kind=str(found["type"]),
        at=datetime.fromtimestamp(found["created"], UTC),
        session_id=(about.get("metadata") or {}).get(SESSION),
        reference=about["id"] if is_intent else about.get("payment_intent"),
    )
