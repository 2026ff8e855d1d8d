"""`/store/products`: the recorded answers, and who may see what."""

from __future__ import annotations

from httpx2 import AsyncClient

from commerce.api_key.service import create_publishable_key
from kit.db import Database
from tests.support.recorded_shop import RecordedShop
from tests.support.recordings import Comparison, differences, recordings


async def test_every_recorded_answer_is_ours(
    client: AsyncClient, comparison: Comparison, storefront: dict[str, str]
) -> None:
    for recording in recordings("store_products"):
        found = await differences(client, recording, comparison, storefront)
        assert (recording.name, found) == (recording.name, [])


async def test_a_key_sees_the_products_of_its_channels(
    client: AsyncClient, database: Database, shop: RecordedShop
) -> None:
    channel = shop.labels["channel_b2b"]
    key = await database.transact(lambda session: create_publishable_key(session, "B2B", [channel]))
    headers = {"x-publishable-api-key": key.token}
    listed = (await client.get("/store/products", headers=headers)).json()
    assert [product["handle"] for product in listed["products"]] == ["mug"]
    assert (await client.get(f"/store/products/{shop.labels['mug']}", headers=headers)).status_code == 200
    assert (await client.get(f"/store/products/{shop.labels['tee']}", headers=headers)).status_code == 404


async def test_a_key_without_channels_is_told_so(client: AsyncClient, database: Database) -> None:
    key = await database.transact(lambda session: create_publishable_key(session, "Bare", []))
    answer = await client.get("/store/products", headers={"x-publishable-api-key": key.token})
    assert (answer.status_code, answer.json()) == (
        400,
        {"type": "invalid_data", "message": "Publishable key needs to have a sales channel configured"},
    )


async def test_nobody_looks_without_a_key(client: AsyncClient) -> None:
    answer = await client.get("/store/products")
    assert (answer.status_code, answer.json()["type"]) == (400, "not_allowed")


async def test_an_unknown_parameter_is_refused(client: AsyncClient, storefront: dict[str, str]) -> None:
    answer = await client.get("/store/products?nope=1", headers=storefront)
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid request: Unrecognized fields: 'nope'")
