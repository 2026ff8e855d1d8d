"""Promise 17 over HTTP: writers of one cart take turns, and a cart that is held holds up nothing else."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from operations.take_lock import take_lock
from tests.support.cart_audit import audit_cart
from tests.support.storefront import Carts


async def test_p17_parallel_requests_are_all_answered(carts: Carts, database: Database) -> None:
    """As the peer's `six_concurrent_add_to_cart`, with twelve: each answer shows the cart as its own write left it."""
    cart_id = await carts.new()
    answers = await asyncio.gather(*[carts.add(cart_id, "mug_v") for _ in range(12)])
    assert sorted(line["quantity"] for cart in answers for line in cart["items"]) == list(range(1, 13))
    (line,) = (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]["items"]
    assert line["quantity"] == 12
    assert await audit_cart(database, cart_id) == []


async def test_p17_a_held_cart_is_a_conflict_and_holds_up_nothing_else(carts: Carts, database: Database) -> None:
    cart_id, other = await carts.new(), await carts.new()
    has, end = asyncio.Event(), asyncio.Event()

    async def hold(session: AsyncSession) -> None:
        await take_lock(session, cart_id)
        has.set()
        await end.wait()

    holder = asyncio.create_task(database.transact(hold))
    await has.wait()
    line = {"variant_id": carts.labels["mug_v"], "quantity": 1}
    refused = asyncio.create_task(carts.call("POST", f"/carts/{cart_id}/line-items", line))
    assert (await carts.add(other, "mug_v"))["items"]
    assert (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]["items"] == []
    assert not refused.done()
    assert (await refused).status_code == 409
    assert (await refused).json() == {
        "type": "conflict",
        "code": "invalid_state_error",
        "message": "The request conflicted with another request. You may retry the request with the same parameters.",
    }
    end.set()
    await holder
    assert (await carts.add(cart_id, "mug_v"))["items"]
