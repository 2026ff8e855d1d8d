"""Webhooks: what taking one costs, whether one is lost when processes die, and what shoppers feel of a burst."""

from __future__ import annotations

from collections.abc import Sequence

from bench import burst, intake, losses
from bench.deliveries import STRIPE_SECRET
from bench.orders import buy
from bench.shops import stage

SETTINGS = {
    "EURYALE_STRIPE_API_KEY": "sk_test_bench",
    "EURYALE_STRIPE_WEBHOOK_SECRETS": STRIPE_SECRET,
    "EURYALE_STRIPE_BASE_URL": "http://127.0.0.1:1",  # nobody asks Stripe anything here
}


async def run(number: int, concurrencies: Sequence[int], many: int, orders: int, pace: float) -> str | None:
    """Take `number` webhooks at each concurrency, then while parts die; then let `many` come while shoppers buy.

    They are about so many `orders`.
    """
    async with stage(settings=SETTINGS) as on:
        about = [each.about for each in await buy(on, orders)]
        found = [
            await intake.measure(on, about, number, concurrencies) if number else None,
            await losses.measure(on, about, number) if number else None,
            await burst.measure(on, about, many, pace) if many else None,
        ]
    return "\n".join(problem for problem in found if problem) or None
