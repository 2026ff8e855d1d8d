"""Webhooks: what taking one costs, whether one is lost when processes die, and what shoppers feel of a burst."""

from __future__ import annotations

from collections.abc import Sequence

from bench import intake
from bench.deliveries import STRIPE_SECRET
from bench.orders import buy
from bench.shops import stage

SETTINGS = {
    "EURYALE_STRIPE_API_KEY": "sk_test_bench",
    "EURYALE_STRIPE_WEBHOOK_SECRETS": STRIPE_SECRET,
    "EURYALE_STRIPE_BASE_URL": "http://127.0.0.1:1",  # nobody asks Stripe anything here
}


async def run(number: int, concurrencies: Sequence[int], burst: int, pace: float) -> str | None:
    """Take `number` webhooks at each concurrency; the rest is to come."""
    async with stage(settings=SETTINGS) as on:
        paid = await buy(on, 50)
        return await intake.measure(on, [each.about for each in paid], number, concurrencies)
