"""Admins at once: no change is lost, and what may be there once is there once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database, value
from operations.link_inventory_items import Part, PartsBatch, change_part
from tests.support.catalogue import Merchant, shirt, variant

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def merchant(client: AsyncClient, admin: dict[str, str]) -> Merchant:
    return Merchant(client, admin)


async def test_two_updates_at_once_lose_nothing(merchant: Merchant) -> None:
    made = await merchant.product(sizes=("S",))
    product, small = f"/products/{made['id']}", f"/products/{made['id']}/variants/{made['variants'][0]['id']}"
    for turn in range(5):
        await asyncio.gather(
            merchant.post(product, {"title": f"T{turn}", "metadata": {f"a{turn}": 1}}),
            merchant.post(product, {"subtitle": f"S{turn}", "metadata": {f"b{turn}": 1}}),
            merchant.post("/products/batch", {"update": [{"id": made["id"], "material": f"M{turn}"}]}),
            merchant.post(small, {"barcode": f"B{turn}", "metadata": {f"a{turn}": 1}}),
            merchant.post(small, {"title": f"V{turn}", "metadata": {f"b{turn}": 1}}),
        )
        now = (await merchant.get(product))["product"]
        variant_ = now["variants"][0]
        assert (now["title"], now["subtitle"], now["material"]) == (f"T{turn}", f"S{turn}", f"M{turn}")
        assert (variant_["title"], variant_["barcode"]) == (f"V{turn}", f"B{turn}")
        assert len(now["metadata"]) == len(variant_["metadata"]) == 2 * (turn + 1)


async def outcomes(*requests: Any) -> Counter[str]:  # noqa: ANN401 - coroutines of answers
    """Count what came of requests sent at once: `done`, or the message of a refusal."""
    answers = await asyncio.gather(*requests)
    return Counter("done" if answer.status_code == 200 else answer.json()["message"] for answer in answers)


async def test_what_is_unique_is_there_once(
    merchant: Merchant, client: AsyncClient, admin: dict[str, str], database: Database
) -> None:
    made = await merchant.product(sizes=())

    def post(path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - a coroutine
        return client.post(f"/admin{path}", headers=admin, json=body)

    bare = {"title": "Cup", "options": [{"title": "Default", "values": ["D"]}]}
    assert await outcomes(*[post("/products", bare) for _ in range(5)]) == {
        "done": 1,
        "Product with handle: cup, already exists.": 4,
    }
    same_sku = [shirt(title, ()) | {"variants": [variant("SKU", Size="S")]} for title in "ABCDE"]
    assert await outcomes(*[post("/products", body) for body in same_sku]) == {
        "done": 1,
        "Product variant with sku: SKU, already exists.": 4,
    }
    path = f"/products/{made['id']}/variants"
    taken = await outcomes(*[post(path, variant(f"v{number}", Size="S")) for number in range(5)])
    assert taken.pop("done") == 1
    assert sum(taken.values()) == 4
    assert all("with provided options already exists." in message for message in taken)
    async with database.reading() as connection:
        assert await value(connection, "SELECT count(*) FROM product_variant WHERE deleted_at IS NULL") == 2
        assert await value(connection, "SELECT count(*) FROM inventory_item WHERE deleted_at IS NULL") == 2


async def test_options_of_a_variant_set_one_by_one_add_up(merchant: Merchant) -> None:
    options = [{"title": "Size", "values": ["S", "M"]}, {"title": "Colour", "values": ["Red", "Blue"]}]
    made = await merchant.product(options=options, variants=[variant("v", Size="S", Colour="Red")])
    path = f"/products/{made['id']}/variants/{made['variants'][0]['id']}"
    await asyncio.gather(
        merchant.post(path, {"options": {"Size": "M"}}), merchant.post(path, {"options": {"Colour": "Blue"}})
    )
    chosen = (await merchant.get(path))["variant"]["options"]
    assert sorted(each["value"] for each in chosen) == ["Blue", "M"]


async def test_an_item_that_another_variant_gets_meanwhile_stays(merchant: Merchant, database: Database) -> None:
    made, other = await merchant.product("P", sizes=("S",)), await merchant.product("Q", sizes=("S",))
    item = (await merchant.get("/inventory-items?sku=P-S"))["inventory_items"][0]["id"]
    variant_id = other["variants"][0]["id"]
    linked, seen = asyncio.Event(), asyncio.Event()

    async def link(session: AsyncSession) -> None:
        await change_part(session, other["id"], PartsBatch(created=[Part(variant_id, item)]))
        linked.set()
        await seen.wait()

    linking = asyncio.create_task(database.transact(link))
    await linked.wait()
    deleting = asyncio.create_task(merchant.delete(f"/products/{made['id']}"))
    async with database.reading() as connection:
        while not await value(connection, WAITING):  # noqa: ASYNC110 - the database tells nobody who waits
            await asyncio.sleep(0.01)
    seen.set()
    await asyncio.gather(linking, deleting)
    assert [each["id"] for each in (await merchant.get("/inventory-items?sku=P-S"))["inventory_items"]] == [item]
