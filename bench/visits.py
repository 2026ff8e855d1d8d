"""What a guest does from the first page to the order, without any trouble."""

from __future__ import annotations

import random
from collections.abc import Awaitable

from tests.faults.storefront import Answer, Goods, Storefront

SYSTEM = "pp_system_default"
PRICED = "fields=*variants.calculated_price,+variants.inventory_quantity"


async def browse(store: Storefront, goods: Goods) -> None:
    """Look at the regions, a page of products, and one of them."""
    await expect(store.get("regions", "/store/regions"))
    path = f"/store/products?limit=12&region_id={goods.region_id}&{PRICED}"
    page = await expect(store.get("product page", path))
    product = random.choice(page.body["products"])["id"]
    await expect(store.get("product", f"/store/products/{product}?region_id={goods.region_id}&{PRICED}"))


async def fill_cart(store: Storefront, goods: Goods, provider_id: str = SYSTEM) -> str:
    """Do everything before the button in eight requests and return the cart's id."""
    cart_id = str((await expect(store.create_cart(goods.region_id))).body["cart"]["id"])
    for variant_id in random.sample(goods.variant_ids, 2):
        await expect(store.add_line(cart_id, variant_id))
    await expect(store.address(cart_id))
    options = (await expect(store.shipping_options(cart_id))).body["shipping_options"]
    await expect(store.add_shipping(cart_id, options[0]["id"]))
    collection = (await expect(store.collection(cart_id))).body["payment_collection"]["id"]
    await expect(store.session(collection, provider_id))
    return cart_id


async def complete(store: Storefront, cart_id: str) -> str:
    """Press the button and return the order's id."""
    answer = await expect(store.complete(cart_id))
    if answer.order_id is None:
        raise RuntimeError(f"no order: {answer.body}")
    return answer.order_id


async def expect(call: Awaitable[Answer]) -> Answer:
    """Return the answer. RuntimeError when it is not a plain yes: a benchmark of failures measures nothing."""
    answer = await call
    if not answer.is_ok:
        raise RuntimeError(f"{answer.status} {answer.body}")
    return answer
