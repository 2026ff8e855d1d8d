"""Webhooks as providers deliver them: signed a moment ago, each with an id of its own."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from bench.wire import posted
from kit import clock
from providers.sandbox.happenings import Happening, delivery
from providers.sandbox.stripe.webhooks import signature
from providers.stripe.calls import SESSION

SANDBOX = "pp_sandbox_sandbox"
STRIPE = "pp_stripe_stripe"
STRIPE_SECRET = "whsec_bench"  # noqa: S105 - of this benchmark's shop only


@dataclass(frozen=True, slots=True)
class About:
    """The session that a webhook is about, and its intent at the provider."""

    session_id: str
    reference: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery, ready to be sent."""

    event_id: str
    raw: bytes


Sign = Callable[[About], Webhook]


def sandbox(about: About) -> Webhook:
    """Return a webhook of the sandbox."""
    id_ = f"evt_{uuid4().hex}"
    event = Happening(
        id=id_,
        kind="intent.captured",
        at=clock.now().isoformat(),
        intent=about.reference,
        session=about.session_id,
        provider=SANDBOX,
    )
    body, headers = delivery(event, "whsec_sandbox", int(time.time()))
    return Webhook(id_, posted("/hooks/payment/sandbox_sandbox", headers, body.encode()))


def stripe(about: About) -> Webhook:
    """Return a webhook of Stripe, as large as its events about a payment intent are."""
    id_, now = f"evt_{uuid4().hex}", int(time.time())
    intent = dict.fromkeys(EMPTY) | {
        "id": about.reference,
        "object": "payment_intent",
        "amount": 4770,
        "currency": "eur",
        "status": "succeeded",
        "metadata": {SESSION: about.session_id},
    }
    event = {
        "id": id_,
        "object": "event",
        "api_version": "2025-01-27.acacia",
        "created": now,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": f"req_{uuid4().hex}", "idempotency_key": about.session_id},
        "type": "payment_intent.succeeded",
        "data": {"object": intent},
    }
    body = json.dumps(event, indent=2).encode()
    headers = {"content-type": "application/json", "stripe-signature": signature(body, [STRIPE_SECRET], now)}
    return Webhook(id_, posted("/hooks/payment/stripe_stripe", headers, body))


def many(sign: Sign, about: Sequence[About], number: int) -> list[Webhook]:
    """Return so many webhooks, about each session in turn, so that those of one session are far apart."""
    return [sign(each) for each in itertools.islice(itertools.cycle(about), number)]


EMPTY = (  # the other fields of a payment intent
    *("amount_capturable", "amount_details", "amount_received", "application", "application_fee_amount"),
    *("automatic_payment_methods", "canceled_at", "cancellation_reason", "capture_method", "client_secret"),
    *("confirmation_method", "created", "customer", "description", "excluded_payment_method_types"),
    *("last_payment_error", "latest_charge", "livemode", "next_action", "on_behalf_of", "payment_method"),
    *("payment_method_configuration_details", "payment_method_options", "payment_method_types", "processing"),
    *("receipt_email", "review", "setup_future_usage", "shipping", "source", "statement_descriptor"),
    *("statement_descriptor_suffix", "transfer_data", "transfer_group"),
)
