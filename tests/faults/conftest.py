"""One shop for all fault tests of a process; a test that soiled it leaves a new one to the next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.faults.shop import Shop, running_shop
from tests.faults.storefront import Goods, Storefront


class Shops:
    """Hands out the running shop, or a new one when that is soiled."""

    def __init__(self) -> None:
        self._open = AsyncExitStack()
        self._shop: Shop | None = None

    async def clean(self) -> Shop:
        if self._shop is not None and self._shop.is_dirty:
            await self.close()
        if self._shop is None:
            self._shop = await self._open.enter_async_context(running_shop())
        return self._shop

    async def close(self) -> None:
        self._shop = None
        await self._open.aclose()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shops() -> AsyncIterator[Shops]:
    made = Shops()
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def shop(shops: Shops, request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """Yield a running, clean shop; everything is up again, and calm, when the test is over."""
    found = await shops.clean()
    failed_before = request.session.testsfailed
    yield found
    found.disarm()
    for part in found.parts.values():
        part.release()
    found.is_dirty = found.is_dirty or request.session.testsfailed > failed_before
    if not found.is_dirty:
        await found.wait_ready()
        await found.turn()


@pytest_asyncio.fixture(loop_scope="session")
async def store(shop: Shop) -> AsyncIterator[Storefront]:
    async with Storefront(shop.api_url, shop.publishable_key) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def everything(store: Storefront) -> Goods:
    return await store.goods()


@pytest.fixture
def goods(everything: Goods) -> Goods:
    """Return what there is plenty of."""
    return replace(everything, variant_ids=everything.variant_ids[:-1])


@pytest.fixture
def rare(everything: Goods) -> Goods:
    """Return the one thing that tests make scarce, and no other test buys."""
    return replace(everything, variant_ids=everything.variant_ids[-1:])
