"""The audit sees: each violation that it is there for is planted in a real shop, and must be named."""

from __future__ import annotations

from typing import Final

import httpx2
import pytest

from providers.sandbox.audit import audit as provider_money
from tests.faults.audit import audit
from tests.faults.judgements import JUDGEMENTS
from tests.faults.shop import Shop
from tests.faults.shopper import End, Shopper, Visit
from tests.faults.storefront import Goods, Storefront

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.faults, pytest.mark.timeout(240)]

# What is planted for each judgement; run in a transaction that is rolled back.
PLANTED: Final = {
    "a cart has more than one order": (
        'ALTER TABLE "order" DROP CONSTRAINT uq_order_cart_id',
        """INSERT INTO "order" (id, cart_id, currency_code, rounding, status, version, display_id)
        SELECT 'order_2', cart_id, currency_code, rounding, status, version, 1000000 FROM "order" LIMIT 1""",
    ),
    "cart and order disagree about the end": ("UPDATE cart SET completed_at = NULL",),
    "an order has no placed attempt, or several": ("UPDATE checkout_attempt SET state = 'refused'",),
    "an attempt was placed without its order": ("UPDATE checkout_attempt SET planned_order_id = 'order_3'",),
    "an order has not exactly one paying session": ("UPDATE payment_session SET fate = 'released', order_id = NULL",),
    "a session names an order that is not there": (
        "UPDATE payment_session SET order_id = 'order_3' WHERE order_id IS NOT NULL",
    ),
    "an order's total is not what its session pays": ("UPDATE payment_session SET amount = amount + 0.01",),
    "a collection or summary is not what was taken and given back": (
        "UPDATE payment_collection SET refunded_amount = 1",
    ),
    "an order's payment is missing, doubled or of another amount": ("UPDATE payment SET amount = amount - 1",),
    "a payment has no order": ("UPDATE payment_session SET fate = 'released', order_id = NULL",),
    "a line is not reserved as it was sold": ("DELETE FROM reservation_item",),
    "a reservation belongs to no order": ("UPDATE reservation_item SET line_item_id = 'ordli_3'",),
    "a level's reserved quantity is not the sum of its reservations": (
        "UPDATE inventory_level SET reserved_quantity = reserved_quantity + 1",
    ),
    "more was sold than there is": (
        "ALTER TABLE inventory_level DROP CONSTRAINT ck_inventory_level_no_oversell",
        "UPDATE inventory_level SET stocked_quantity = reserved_quantity - 1",
    ),
    "an order has not exactly one order.placed": ("DELETE FROM outbox_event WHERE name = 'order.placed'",),
    "an order.placed has no order": (
        """UPDATE outbox_event SET data = '{"id": "order_3"}' WHERE name = 'order.placed'""",
    ),
    "a released session is not even in the ledger": (
        "UPDATE ledger_entry SET order_id = NULL",
        "UPDATE payment_session SET fate = 'released', order_id = NULL",
    ),
    "an order's money is not in the ledger as its payment says": ("DELETE FROM ledger_entry",),
}


async def test_every_judgement_names_what_was_planted(shop: Shop, store: Storefront, goods: Goods) -> None:
    assert PLANTED.keys() == JUDGEMENTS.keys()
    report = await audit(shop, [await Shopper(store, goods, Visit()).shop()])
    assert report.is_clean, report
    connection = await shop.connect()
    try:
        for kind, statements in PLANTED.items():
            planting = connection.transaction()
            await planting.start()
            for statement in statements:
                await connection.execute(statement)
            assert await connection.fetch(JUDGEMENTS[kind]), kind
            await planting.rollback()
    finally:
        await connection.close()


async def test_money_that_moves_behind_our_back_and_answers_that_are_no_orders_are_named(
    shop: Shop, store: Storefront, goods: Goods
) -> None:
    bought = await Shopper(store, goods, Visit()).shop()
    before = set(provider_money(shop.effects))
    connection = await shop.connect()
    try:
        session = await connection.fetchval(
            "SELECT id FROM payment_session WHERE order_id = $1", bought.first_order_heard
        )
    finally:
        await connection.close()
    assert session in before
    intent = provider_money(shop.effects)[session][0].intent
    async with httpx2.AsyncClient(base_url=shop.sandbox_url) as client:
        answer = await client.post(f"/intents/{intent}/cancel", json={}, headers={"idempotency-key": "a thief"})
        answer.raise_for_status()
    liar = Visit(cart_id="cart_3", end=End.ORDERED, order_ids={"order_3", "order_4"})
    report = await audit(shop, [bought, liar])
    told = report.violations["the provider's log disagrees with the orders"]
    assert any(sentence.startswith(session) for sentence in told), report
    for kind in (
        "the ledger disagrees with the provider's log",
        "an answered order is not there",
        "one cart heard of two orders",
        "a buyer has not exactly one order",
    ):
        assert report.violations[kind], kind
    assert shop.is_dirty
