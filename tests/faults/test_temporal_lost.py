"""The Temporal store is only the motor: deleted, terminated by hand or down, it costs time and never an order."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from durable import ids
from tests.faults.audit import audit
from tests.faults.bursts import burst, losing_temporal, mixed
from tests.faults.shop import Shop
from tests.faults.shopper import Shopper, Visit
from tests.faults.storefront import Goods, Storefront

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.faults, pytest.mark.timeout(240)]


async def test_p26_the_store_deleted_in_the_middle_of_a_burst_loses_nothing(
    shop: Shop, store: Storefront, goods: Goods
) -> None:
    report = await audit(shop, await burst(shop, store, goods, mixed(40), chaos=losing_temporal()))
    assert report.is_clean, report


async def test_p26_workflows_terminated_by_hand_lose_nothing(shop: Shop, store: Storefront, goods: Goods) -> None:
    group = mixed(40)

    async def terminate(shop: Shop) -> None:
        client = await Client.connect(shop.temporal.address)
        for _ in range(6):
            await asyncio.sleep(0.25)
            for visit in group:
                await _terminate(client, ids.workflow_id("complete-cart", visit.cart_id))
            async for found in client.list_workflows('ExecutionStatus = "Running"'):
                await _terminate(client, found.id)

    report = await audit(shop, await burst(shop, store, goods, group, chaos=terminate))
    assert report.is_clean, report


async def test_while_temporal_is_down_orders_are_answered_and_carts_go_on(
    shop: Shop, store: Storefront, goods: Goods
) -> None:
    bought = await Shopper(store, goods, Visit()).shop()
    waiting = Shopper(store, goods, Visit())
    await waiting.prepare()
    shop.parts["temporal"].hold()
    assert (await store.complete(bought.cart_id)).order_id == bought.first_order_heard
    before = await _footprint(shop, waiting.visit.cart_id)
    refused = await store.complete(waiting.visit.cart_id)
    assert refused.status == 503
    assert refused.retry_after >= 1
    assert "nothing was changed" in refused.message
    assert await _footprint(shop, waiting.visit.cart_id) == before
    other = Shopper(store, goods, Visit())
    await other.prepare()  # every answer of browsing and of the cart is a yes, or this raises
    shop.parts["temporal"].release()
    report = await audit(shop, [bought, await waiting.buy(), await other.buy()])
    assert report.is_clean, report


async def _terminate(client: Client, workflow_id: str) -> None:
    try:
        await client.get_workflow_handle(workflow_id).terminate("by hand")
    except RPCError as error:
        if "not found" not in error.message and "already completed" not in error.message:
            raise


async def _footprint(shop: Shop, cart_id: str) -> tuple[object, ...]:
    """Return everything that a checkout could have changed."""
    connection = await shop.connect()
    try:
        row = await connection.fetchrow(
            """SELECT (SELECT version FROM cart WHERE id = $1) AS version,
              (SELECT count(*) FROM checkout_attempt WHERE cart_id = $1) AS attempts,
              (SELECT count(*) FROM reservation_item) AS reservations,
              (SELECT sum(reserved_quantity) FROM inventory_level) AS reserved,
              (SELECT count(*) FROM outbox_event) AS events,
              (SELECT array_agg(s.fate || s.status) FROM payment_session s JOIN payment_collection c
                ON c.id = s.payment_collection_id WHERE c.cart_id = $1) AS sessions""",
            cart_id,
        )
    finally:
        await connection.close()
    return tuple(row.values())
