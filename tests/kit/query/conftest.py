"""The little shop as a database, and how its tests read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from kit.db import Database
from tests.kit.query.shop import Shop, build


@pytest.fixture(scope="module")
def shop_url(new_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with new_database() as url:
        asyncio.run(build(url))
        yield url


@pytest.fixture
async def shop(shop_url: str) -> AsyncIterator[Shop]:
    database = Database(shop_url, pool_size=2)
    yield Shop(database)
    await database.close()
