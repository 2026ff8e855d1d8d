"""The shop that benchmarks run against: real processes, durable servers, the settings of production."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from bench.phases import at_once
from bench.visits import browse, complete, fill_cart
from tests.faults.shop import Shop, running_shop
from tests.faults.storefront import Goods, Storefront

WARM = 32  # visits before anything is measured: each connection of the pools prepares each of its statements once
WIDTH = 16  # of them at once, or only the first connection would be warm


@dataclass(frozen=True)
class Stage:
    """A shop, a client of it, and what can be bought there."""

    shop: Shop
    store: Storefront
    goods: Goods

    @asynccontextmanager
    async def timed(self, timed: Callable[[str, float], None]) -> AsyncIterator[Stage]:
        """Yield the same stage with a client whose steps `timed` hears of."""
        async with Storefront(self.shop.api_url, self.shop.publishable_key, timed=timed) as store:
            yield Stage(self.shop, store, self.goods)


@asynccontextmanager
async def stage(
    *, timed: Callable[[str, float], None] | None = None, warm: int = WARM, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Stage]:
    """Yield a warm shop; `timed` hears of every step but those of the warming. `settings`: more of them."""
    async with running_shop(settings or {}, listens=False) as shop:
        async with Storefront(shop.api_url, shop.publishable_key) as store:
            goods = await store.goods()
            await _stock(shop)
            await at_once(partial(_visit, store, goods), warm, WIDTH)
        async with Storefront(shop.api_url, shop.publishable_key, timed=timed) as store:
            yield Stage(shop, store, goods)


async def _visit(store: Storefront, goods: Goods) -> None:
    await browse(store, goods)
    await complete(store, await fill_cart(store, goods))


async def _stock(shop: Shop) -> None:
    """Fill the shelves: a benchmark must not sell out."""
    connection = await shop.connect()
    try:
        await connection.execute("UPDATE inventory_level SET stocked_quantity = 1000000")
    finally:
        await connection.close()
