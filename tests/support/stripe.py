"""What a shopper's browser does at Stripe, done at the stand-in: stripe.js with a publishable key."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx2

from kit import clock
from kit.settings import Settings
from providers.sandbox.stripe.webhooks import signature
from providers.stripe.payment import StripePayments
from tests.support.stand_in import StandIn

PUBLISHABLE = "pk_test_browser"
SECRETS = ("whsec_old", "whsec_new")


def stripe_settings(stand_in: StandIn, seconds: float = 5, **more: object) -> Settings:
    wanted: dict[str, Any] = {
        "stripe_api_key": "sk_test_shop",
        "stripe_base_url": stand_in.url,
        "stripe_webhook_secrets": ",".join(SECRETS),
        "provider_session_seconds": seconds,
        "provider_money_seconds": seconds,
    }
    return Settings(**wanted | more)


def stripe_payments(stand_in: StandIn, seconds: float = 5, **more: object) -> StripePayments:
    return StripePayments(stripe_settings(stand_in, seconds, **more))


def confirm(
    stand_in: StandIn, data: dict[str, Any], method: str = "pm_card_visa", return_url: str | None = None
) -> httpx2.Response:
    """Do what `stripe.confirmPayment` does with a session's data."""
    form = {"payment_method": method, "client_secret": data["client_secret"], "use_stripe_sdk": "true"}
    if return_url is not None:
        form["return_url"] = return_url
    url = f"{stand_in.url}/v1/{data['object']}s/{quote(data['id'])}/confirm"
    return httpx2.post(url, data=form, headers={"authorization": f"Bearer {PUBLISHABLE}"})


def seen(stand_in: StandIn, path: str) -> dict[str, Any]:
    """Look at an object with the secret key."""
    found: dict[str, Any] = httpx2.get(
        f"{stand_in.url}/v1/{path}", headers={"authorization": "Bearer sk_test_shop"}
    ).json()
    return found


def told(stand_in: StandIn, reference: str) -> list[dict[str, Any]]:
    """Return the events about an intent, the oldest first, as Stripe delivers them."""
    found = seen(stand_in, "events?limit=100")["data"]
    return [event for event in reversed(found) if reference in json.dumps(event["data"])]


def delivery(event: dict[str, Any], *secrets: str) -> tuple[bytes, dict[str, str]]:
    """Return an event's body and headers, signed a moment ago."""
    body = json.dumps(event).encode()
    return body, {"stripe-signature": signature(body, secrets or SECRETS, int(clock.now().timestamp()))}
