"""Promise 6: no unit is sold twice, whoever shares it: variants, kits, lines, carts, or raw SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.rules import Level, Need
from kit.db import run
from operations import reserve_stock
from operations.place_order import place_order
from operations.record_payment import Paid
from tests.promises.till import Till, without
from tests.support.checkout_world import Chances
from tests.support.small_shop import new_cart

STOCK = Decimal(5)
CHECK = "ALTER TABLE inventory_level DROP CONSTRAINT ck_inventory_level_no_oversell"
CONDITION = (
    "operations.reserve_stock._TAKE",
    """AND (x.quantity = x.backordered
  OR l.stocked_quantity - l.reserved_quantity >= x.quantity - x.backordered)""",
)
SOLD = """
SELECT coalesce(sum(oi.quantity * vi.required_quantity), 0) FROM order_item oi
JOIN order_line_item l ON l.id = oi.item_id
JOIN product_variant_inventory_item vi ON vi.variant_id = l.variant_id
WHERE vi.inventory_item_id = $1
"""


async def sold(till: Till) -> Decimal:
    """Return how many mugs all orders together need, by themselves and in kits."""
    units: Decimal = await till.value(SOLD, till.shop.items["mug"])
    return units


@pytest.mark.parametrize("chances", [Chances(), Chances(0.05, 0.05, 0.1, 0.1)], ids=["calm", "dying"])
async def test_p06_many_buyers_for_few_units(till: Till, chances: Chances) -> None:
    """Mugs alone, kits of two mugs, and both in one cart, from five mugs; other lines in another order."""
    baskets = [{"mug": 1}, {"kit": 1}, {"pen": 1, "mug": 1}, {"kit": 1, "mug": 1}, {"mug": 2, "pen": 1, "poster": 1}]
    carts = [await till.cart(baskets[n % len(baskets)], "pp_keys") for n in range(15)]
    till.world.chances = chances
    ends = await asyncio.gather(*[till.press(cart_id) for cart_id in carts])
    await till.rest()
    assert await sold(till) <= STOCK
    assert await sold(till) >= STOCK - 1, "units were left lying though a buyer came for them"
    assert all(end.order_id or end.message.startswith("Not enough stock") for end in ends)
    assert await till.wrong() == []


async def test_p06_raw_sql_cannot_oversell(till: Till) -> None:
    """Twenty connections that know nothing of the rules take one mug each: the CHECK lets five have it."""

    async def grab(session: AsyncSession) -> None:
        await run(session, GRAB, till.shop.items["mug"])

    ends = await asyncio.gather(*[till.database.transact(grab) for _ in range(20)], return_exceptions=True)
    refused = [end for end in ends if isinstance(end, IntegrityError)]
    assert len(refused) == 20 - STOCK
    assert all("ck_inventory_level_no_oversell" in str(end) for end in refused)
    assert await till.value("SELECT max(reserved_quantity) FROM inventory_level") == STOCK


GRAB = (
    "UPDATE inventory_level SET reserved_quantity = reserved_quantity + 1 "
    "WHERE inventory_item_id = $1 AND stocked_quantity > 0"
)


async def two_at_once(till: Till, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let two buyers of four mugs each read the stock before either takes it: the locks are gone."""
    both = asyncio.Barrier(2)

    async def look(session: AsyncSession, needs: Sequence[Need], channel_id: str | None) -> list[Level]:
        items = [need.inventory_item_id for need in needs]
        levels = await run(session, reserve_stock._LEVELS, items, channel_id)
        async with asyncio.timeout(5):
            await both.wait()
        return [Level(*tuple(row)) for row in levels]

    monkeypatch.setattr(reserve_stock, "_lock_levels", look)

    async def buy(run_id: str) -> None:
        cart_id = await till.database.transact(lambda s: new_cart(s, till.shop, {"mug": 4}))
        await till.session(cart_id, "pp_keys")
        claim = await till.begin(cart_id, run_id)
        session_id = await till.value("SELECT session_id FROM checkout_attempt WHERE id = $1", claim.attempt_id)
        word = await till.world.providers["pp_keys"].authorise((await till.world.load(session_id)).request)
        await till.database.transact(lambda s: place_order(s, claim, Paid(word.status, word.held)))

    ends = await asyncio.gather(buy("one"), buy("two"), return_exceptions=True)
    wrong = await till.wrong()
    if await sold(till) > STOCK:
        wrong.append(f"{await sold(till)} were sold of {STOCK}")
    assert wrong or sum(end is None for end in ends) == 1, ends
    return wrong


async def test_p06_the_condition_alone_holds_it(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    await till.change(CHECK)
    assert await two_at_once(till, monkeypatch) == []


async def test_p06_the_check_alone_holds_it(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, *CONDITION)
    assert await two_at_once(till, monkeypatch) == []


async def test_p06_mutation_without_both_it_oversells(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    await till.change(CHECK)
    without(monkeypatch, *CONDITION)
    wrong = await two_at_once(till, monkeypatch)
    assert any("more was sold than there is" in sentence for sentence in wrong), wrong
    assert any("were sold of" in sentence for sentence in wrong), wrong
