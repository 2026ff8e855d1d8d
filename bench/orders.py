"""Orders that the sandbox holds money for: what benchmarks of payments work on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bench.deliveries import SANDBOX, About
from bench.phases import at_once
from bench.shops import Stage
from bench.visits import fill_cart

WIDTH = 8  # bought at once
TRIES = 10


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, and whom its provider's webhooks are about."""

    payment_id: str
    about: About


async def buy(on: Stage, number: int) -> list[Paid]:
    """Place so many orders, paid at the sandbox, and return their payments."""
    placed: list[str] = []

    async def visit() -> None:
        cart_id = await fill_cart(on.store, on.goods, SANDBOX)
        for _ in range(TRIES):  # nothing is measured yet: a machine that stands still for a moment stops nothing
            if (answer := await on.store.complete(cart_id)).order_id is not None:
                placed.append(answer.order_id)
                return
            await asyncio.sleep(1)
        raise RuntimeError(f"no order: {answer.status} {answer.body}")

    await at_once(visit, number, WIDTH)
    connection = await on.shop.connect()
    try:
        await connection.execute(_FOLLOWED)
        rows = await connection.fetch(_PAID, placed)
    finally:
        await connection.close()
    return [Paid(row["id"], About(row["session_id"], row["reference"])) for row in rows]


# Each new payment is asked about once, after a minute: not in the middle of what is measured.
_FOLLOWED = "UPDATE payment SET followed_at = now() WHERE followed_at IS NULL"
_PAID = """
SELECT p.id, s.id AS session_id, s.provider_reference AS reference
FROM payment_session s JOIN payment p ON p.payment_session_id = s.id WHERE s.order_id = ANY($1::text[]) ORDER BY s.id
"""
