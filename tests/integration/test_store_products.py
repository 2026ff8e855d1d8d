"""The storefront's products against the recorded answers, by the query alone; tests/api has the route."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import event

from kit.db import Database
from kit.errors import CommerceError
from queries.store_product import Shopper, fetch_product, fetch_products
from tests.support.recorded_shop import RecordedShop, build_recorded_shop
from tests.support.recordings import Comparison, recordings


async def answer(database: Database, shop: RecordedShop, url: str) -> tuple[int, object]:
    """Answer a recorded GET as the route does."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    shopper = Shopper([shop.labels["sales_channel"]], None, "none")
    id_ = parts.path.removeprefix("/store/products").strip("/")
    async with database.reading() as connection:
        try:
            if not id_:
                return 200, json.loads(await fetch_products(connection, pairs, shopper))
            found = await fetch_product(connection, id_, pairs, shopper)
        except CommerceError as error:
            return 400, {"type": error.type, "message": error.message}
    if found is None:
        return 404, {"type": "not_found", "message": f"Product with id: {id_} was not found"}
    return 200, json.loads(found)


async def test_every_recorded_answer_about_products_is_ours(database: Database) -> None:
    shop = await database.transact(build_recorded_shop)
    comparison = Comparison(shop)
    for recording in recordings("store_products"):
        status, ours = await answer(database, shop, comparison.translate(recording.path))
        assert (recording.name, status) == (recording.name, recording.status)
        assert (recording.name, comparison.deviations(recording, ours)) == (recording.name, [])
