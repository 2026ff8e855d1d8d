"""Many shoppers at once: one cart, the last units, and a second card."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.faults.audit import audit
from tests.faults.bursts import burst
from tests.faults.shop import Shop
from tests.faults.shopper import End, Shopper, Visit
from tests.faults.storefront import Goods, Storefront

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.faults, pytest.mark.timeout(240)]


async def test_p01_fifty_parallel_completes_of_one_cart_make_one_order(
    shop: Shop, store: Storefront, goods: Goods
) -> None:
    visit = Visit()
    await Shopper(store, goods, visit).prepare()
    answers = await asyncio.gather(*(store.complete(visit.cart_id) for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    orders = {answer.order_id for answer in answers}
    assert len(orders) == 1
    assert orders != {None}
    visit.end, visit.order_ids = End.ORDERED, {str(order) for order in orders}
    report = await audit(shop, [visit])
    assert report.is_clean, report


async def test_p06_twenty_carts_for_five_units_make_five_orders(
    shop: Shop, store: Storefront, goods: Goods, rare: Goods
) -> None:
    await _stock(shop, rare.variant_ids[0], 5)
    done = await burst(shop, store, rare, [Visit() for _ in range(20)])
    assert Counter(visit.end for visit in done) == {End.ORDERED: 5, End.SOLD_OUT: 15}
    refused = [visit for visit in done if visit.end is End.SOLD_OUT]
    for visit in refused:
        last = visit.heard[-1][1]
        assert (last.status, last.body["type"]) == (400, "not_allowed")
        assert last.message.startswith("Not enough stock available for item")
    report = await audit(shop, done)
    assert report.is_clean, report
    await _take_another(store, goods, refused[0])
    report = await audit(shop, [await Shopper(store, goods, refused[0]).come_back()])
    assert report.is_clean, report
    assert refused[0].end is End.ORDERED


@pytest.mark.parametrize("no", ["decline", "decline_raised", "canceled"])
async def test_a_second_card_after_a_decline_buys(no: str, shop: Shop, store: Storefront, goods: Goods) -> None:
    visit = await Shopper(store, goods, Visit(behavior=no)).shop()
    report = await audit(shop, [visit])
    assert report.is_clean, report
    assert (visit.end, visit.cards) == (End.ORDERED, 2)


async def _stock(shop: Shop, variant_id: str, free: int) -> None:
    """Leave `free` units of a variant."""
    connection = await shop.connect()
    try:
        await connection.execute(
            """UPDATE inventory_level l SET stocked_quantity = reserved_quantity + $2
            FROM product_variant_inventory_item v WHERE v.inventory_item_id = l.inventory_item_id
              AND v.variant_id = $1""",
            variant_id,
            free,
        )
    finally:
        await connection.close()


async def _take_another(store: Storefront, goods: Goods, visit: Visit) -> None:
    """Put something else into the cart in place of what is sold out."""
    cart = (await store.cart(visit.cart_id)).body["cart"]
    assert cart["completed_at"] is None
    removed = await store.remove_line(visit.cart_id, cart["items"][0]["id"])
    assert removed.is_ok, removed
    added = await store.add_line(visit.cart_id, goods.variant_ids[0])
    assert added.is_ok, added
