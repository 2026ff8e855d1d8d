"""PayPal as the settings of an installation have it."""

from __future__ import annotations

from kit.settings import Settings
from providers.paypal.client import PayPalClient
from providers.paypal.events import PayPalEvents
from providers.paypal.payment import PayPalPayments


def paypal(settings: Settings) -> PayPalPayments:
    """Return the provider; ValueError without client id and secret."""
    if not settings.paypal_client_id or settings.paypal_secret is None:
        raise ValueError("PayPal wants a client id and a secret.")
    secret = settings.paypal_secret.get_secret_value()
    client = PayPalClient(settings.paypal_base_url, settings.paypal_client_id, secret)
    events = PayPalEvents(
        client,
        settings.paypal_webhook_id.split(),
        by=settings.paypal_verify,
        seconds=settings.provider_session_seconds,
    )
    return PayPalPayments(
        client,
        captures=settings.paypal_intent == "capture",
        events=events,
        session_seconds=settings.provider_session_seconds,
        money_seconds=settings.provider_money_seconds,
    )
