"""Promise 9 for each vendor's own events: an order's life is heard in any order, twice, late, and ends in one state."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from kit.db import run
from tests.promises.discreet_fixtures import (
    ears,
    sandbox,
    settings,
    shared_paypal,
    shared_stripe,
    shop,
    stand_in,
    stripe_server,
    vendor,
    vendors,
)
from tests.promises.discreet_shop import AtStripe, Data, DiscreetShop, Vendor
from tests.support.durable import until

__all__ = [
    "ears",
    "sandbox",
    "settings",
    "shared_paypal",
    "shared_stripe",
    "shop",
    "stand_in",
    "stripe_server",
    "vendor",
    "vendors",
]

pytestmark = pytest.mark.timeout(240)

END = {"captured": 20, "refunded": 5, "disputed": 2}
HEARD = ["payment.captured", "payment.dispute_opened", "payment.refunded", "payment.refunded"]


async def hear(shop: DiscreetShop, vendor: Vendor, data: Data, dice: random.Random, *, everything: bool) -> None:
    """Deliver what was told so far, shuffled and doubled: all of it, or whatever the postman finds."""
    told = vendor.deliveries(data)
    letters = [*told, *told] if everything else dice.choices(told, k=dice.randint(0, len(told)))
    dice.shuffle(letters)
    hook = f"{shop.url}/hooks/payment/{vendor.id.removeprefix('pp_')}"
    answers = await asyncio.gather(*[shop.http.post(hook, content=body, headers=signs) for body, signs in letters])
    assert {answer.status_code for answer in answers} <= {200}


async def state(shop: DiscreetShop, order_id: str) -> tuple[dict[str, float], list[str], list[Any]]:
    """Return the ledger's totals, what was told of the payment, and the rows that it has."""
    found = await shop.ok("GET", f"/admin/orders/{order_id}/ledger", shop.clerk)
    totals = {name: float(found["ledger"]["totals"][name]) for name in END}
    async with shop.records.database.reading() as connection:
        events = await run(connection, TOLD, order_id)
        rows = await run(connection, MOVED, order_id)
    return totals, [row.name for row in events], [tuple(row) for row in rows]


TOLD = """
SELECT e.name FROM outbox_event e JOIN payment p ON p.id = e.data ->> 'id'
JOIN payment_session s ON s.id = p.payment_session_id
WHERE s.order_id = $1 AND e.name LIKE 'payment.%' ORDER BY e.name
"""
MOVED = """
SELECT m.kind, m.amount::float8, m.state FROM (
  SELECT 'capture' AS kind, amount, state, payment_id FROM capture
  UNION ALL SELECT 'refund', amount, state, payment_id FROM refund
  UNION ALL SELECT 'dispute', amount, status, payment_id FROM payment_dispute) m
JOIN payment p ON p.id = m.payment_id JOIN payment_session s ON s.id = p.payment_session_id
WHERE s.order_id = $1 ORDER BY 1, 2
"""
ROWS = [("capture", 20.0, "done"), ("dispute", 2.0, "open"), ("refund", 1.5, "done"), ("refund", 3.5, "done")]


async def test_p09_each_vendors_events_in_any_order_end_in_one_state(shop: DiscreetShop, vendor: Vendor) -> None:
    for seed in range(3):
        dice = random.Random(seed)
        order_id, data = await shop.bought(vendor)
        payment = await shop.payment(order_id)
        await hear(shop, vendor, data, dice, everything=False)
        await shop.ok("POST", f"/admin/payments/{payment['id']}/capture", shop.clerk, {"amount": 20})
        for act, amount in ((vendor.refund, "1.50"), (vendor.refund, "3.50"), (vendor.dispute, "2.00")):
            act(data, amount)
            await hear(shop, vendor, data, dice, everything=False)
        await hear(shop, vendor, data, dice, everything=True)

        async def is_there(order_id: str = order_id) -> bool:
            return (await state(shop, order_id))[0] == END

        await until(is_there, "all of it arrived")
        await hear(shop, vendor, data, dice, everything=True)
        await asyncio.sleep(0.5)
        # What a card's one capture leaves falls back at Stripe: that is told once, too.
        told = sorted([*HEARD, "payment.freed"]) if vendor.id == AtStripe.id else HEARD
        assert await state(shop, order_id) == (END, told, ROWS)
        async with shop.records.database.reading() as connection:
            stored = await run(connection, "SELECT state, count(*) FROM provider_event GROUP BY 1")
        assert {row.state for row in stored} <= {"stored", "done"}
