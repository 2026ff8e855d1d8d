"""The recorded guest story up to the completion, over the API in this process, compared value by value."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from httpx2 import ASGITransport, AsyncClient

from api.app import create_app
from kit.db import Database
from kit.settings import Settings
from tests.contract.recorded import differences, entries
from tests.support.recorded_shop import RecordedShop, build_recorded_shop

STORY = entries("story_guest_checkout")
BY_VALUE = frozenset({"01", "02", "03", "04", "05", "06", "07", "08"})  # then the story has a promotion, ours has none


@pytest.fixture
async def shop(database: Database) -> RecordedShop:
    return await database.transact(build_recorded_shop)


@pytest.fixture
async def client(database_url: str, shop: RecordedShop) -> AsyncIterator[AsyncClient]:
    settings = Settings(
        database_url=database_url, jwt_secret="x" * 40, rounding="none", recorded_payments=True, log_level="ERROR"
    )
    app = create_app(settings)
    headers = {"x-publishable-api-key": shop.labels["publishable_key"]}
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app=app), base_url="http://api", headers=headers) as made,
    ):
        yield made


async def test_guest_story_until_the_completion(client: AsyncClient, shop: RecordedShop) -> None:
    ids = {recorded: shop.labels[label] for label, recorded in shop.recorded.items() if label in shop.labels}
    found: list[str] = []
    for name, entry in STORY.items():
        if name[:2] in {"06", "09", "10", "13"} or name[:2] >= "17":
            continue
        asked = entry["request"]
        path, body = asked["path"], asked.get("body")
        for recorded, ours in ids.items():
            path = path.replace(recorded, ours)
            body = {key: ours if text == recorded else text for key, text in body.items()} if body else body
        response = await client.request(asked["method"], path, json=body)
        answer = response.json()
        assert response.status_code == entry["response"]["status"], (name, answer)
        recorded = entry["response"]["body"]
        for key in ("cart", "payment_collection"):
            if key in recorded:
                ids[recorded[key]["id"]] = answer[key]["id"]
        found += [f"{name}{d}" for d in differences(recorded, answer, values=name[:2] in BY_VALUE)]
    assert not found, "\n".join(found)
