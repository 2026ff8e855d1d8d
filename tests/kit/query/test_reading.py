"""What a reader gets: JSON built by PostgreSQL, in the contract's shape."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import parse_qsl

import pytest

from kit.db import Database
from kit.query import LIVE, fetch_list, read_list
from tests.kit.query.shop import BOOKS, build


@pytest.fixture(scope="module")
def shop_url(new_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with new_database() as url:
        asyncio.run(build(url))
        yield url


@pytest.fixture
async def shop(shop_url: str) -> AsyncIterator[Database]:
    database = Database(shop_url, pool_size=2)
    yield database
    await database.close()


async def listed(shop: Database, query: str, **params: object) -> Any:
    request = read_list(BOOKS, parse_qsl(query, keep_blank_values=True))
    async with shop.reading() as connection:
        return json.loads(await fetch_list(connection, BOOKS, request, where=[LIVE], params=params))


async def test_a_list_shows_the_defaults_and_counts_all_that_match(shop: Database) -> None:
    answer = await listed(shop, "limit=1")

    assert answer == {
        "books": [
            {
                "id": "b1",
                "title": "One",
                "author_id": "a1",
                "price": 19.9,
                "created_at": "2026-11-23T02:41:29.400Z",
                "author": {"id": "a1", "name": "Ann", "deleted_at": None},
                "chapters": [
                    {**chapter, "book_id": "b1", "deleted_at": None, "book": {"id": "b1"}}
                    for chapter in (
                        {"id": "c5", "title": "End", "fee": None, "raw_fee": None, "rank": 3},
                        {
                            "id": "c2",
                            "title": "Middle",
                            "fee": 1.5,
                            "raw_fee": {"value": "1.5", "precision": 20},
                            "rank": 2,
                        },
                        {
                            "id": "c1",
                            "title": "Opening",
                            "fee": 0,
                            "raw_fee": {"value": "0", "precision": 20},
                            "rank": 1,
                        },
                    )
                ],
            }
        ],
        "count": 4,
        "offset": 0,
        "limit": 1,
    }
