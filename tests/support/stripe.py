"""What a shopper's browser does at Stripe, done at the stand-in: stripe.js with a publishable key."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx2

from kit.settings import Settings
from providers.stripe.payment import StripePayments
from tests.support.stand_in import StandIn

PUBLISHABLE = "pk_test_browser"
SECRETS = ("whsec_old", "whsec_new")


def stripe_payments(stand_in: StandIn, seconds: float = 5, **more: object) -> StripePayments:
    wanted: dict[str, Any] = {
        "stripe_api_key": "sk_test_shop",
        "stripe_base_url": stand_in.url,
        "stripe_webhook_secrets": ",".join(SECRETS),
        "provider_session_seconds": seconds,
        "provider_money_seconds": seconds,
    }
    return StripePayments(Settings(**wanted | more))


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
