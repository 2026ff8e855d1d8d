"""`/admin/inventory-items` and `/admin/reservations`: the recorded lists, on stock that two orders have reserved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.models import ReservationItem
from kit.db import Database, run, save
from kit.ids import new_id
from tests.support.recorded_shop import RecordedShop
from tests.support.recordings import Comparison, Recording, differences, recordings
from tests.support.statements import recorded_statements

ORDERS = (("tee_m_item", 2), ("mug_item", 2), ("tee_s_item", 1), ("mug_item", 3))  # the setup's two orders


async def reserve(
    session: AsyncSession, item_id: str, location_id: str, quantity: int, description: str | None = None
) -> None:
    """Reserve units as an order does; with a description by hand."""
    row = ReservationItem(
        inventory_item_id=item_id,
        location_id=location_id,
        quantity=quantity,
        description=description,
        line_item_id=None if description else new_id("ordli"),
    )
    await save(session, row)
    await run(
        session,
        """UPDATE inventory_level SET reserved_quantity = reserved_quantity + $3::bigint
        WHERE inventory_item_id = $1 AND location_id = $2""",
        *(item_id, location_id, quantity),
    )


@pytest.fixture
async def ordered(database: Database, shop: RecordedShop) -> RecordedShop:
    """Return the shop with the stock of the setup's two orders reserved."""

    async def work(session: AsyncSession) -> None:
        for item, quantity in ORDERS:
            await reserve(session, shop.labels[item], shop.labels["location_eu"], quantity)

    await database.transact(work)
    return shop


def recorded(resource: str, name: str) -> Recording:
    return next(each for each in recordings(resource) if each.name == name)


@pytest.mark.usefixtures("ordered")
async def test_the_recorded_items_are_ours(client: AsyncClient, comparison: Comparison, admin: dict[str, str]) -> None:
    recording = recorded("admin_inventory_items", "list")
    setup = [item for item in recording.answer["inventory_items"] if not item["sku"].startswith("STOCK-")]
    answer = {**recording.answer, "inventory_items": setup, "count": len(setup)}  # STOCK- is that file's own
    assert await differences(client, replace(recording, answer=answer), comparison, admin) == []


async def test_an_item_shows_its_variants(client: AsyncClient, shop: RecordedShop, admin: dict[str, str]) -> None:
    url = f"/admin/inventory-items/{shop.labels['mug_item']}?fields=*location_levels,*variants"
    item = (await client.get(url, headers=admin)).json()["inventory_item"]
    assert {variant["sku"] for variant in item["variants"]} == {"MUG", "KIT"}
    like = recorded("admin_inventory_items", "retrieve").answer["inventory_item"]
    assert item.keys() == like.keys()
    assert item["variants"][0].keys() == like["variants"][0].keys()
    assert {variant["product"]["id"] for variant in item["variants"]} == {shop.labels["mug"], shop.labels["kit"]}


async def test_levels_can_be_narrowed_to_a_location(
    client: AsyncClient, shop: RecordedShop, admin: dict[str, str]
) -> None:
    url = f"/admin/inventory-items/{shop.labels['mug_item']}/location-levels"
    like = recorded("admin_inventory_items", "list_levels").answer
    every = (await client.get(url, headers=admin)).json()
    assert every.keys() == like.keys()
    assert every["inventory_levels"][0].keys() == like["inventory_levels"][0].keys()
    assert [level["stocked_quantity"] for level in every["inventory_levels"]] == [120, 80]
    here = (await client.get(f"{url}?location_id[]={shop.labels['location_us']}", headers=admin)).json()
    assert [level["stocked_quantity"] for level in here["inventory_levels"]] == [80]


async def test_items_can_be_narrowed_to_a_location(
    client: AsyncClient, shop: RecordedShop, admin: dict[str, str]
) -> None:
    url = f"/admin/inventory-items?location_levels[location_id]={shop.labels['location_us']}&fields=sku"
    answer = (await client.get(url, headers=admin)).json()
    assert {item["sku"] for item in answer["inventory_items"]} == {"TEE-S", "TEE-M", "MUG"}


async def test_the_recorded_reservations_are_ours(
    client: AsyncClient, database: Database, ordered: RecordedShop, comparison: Comparison, admin: dict[str, str]
) -> None:
    by_hand = (ordered.labels["mug_item"], ordered.labels["location_us"], 3, "photo shoot")
    await database.transact(lambda session: reserve(session, *by_hand))
    for name in ("list", "retrieve"):
        recording = recorded("admin_reservations", name)
        assert (name, await differences(client, recording, comparison, admin)) == (name, [])


@pytest.mark.usefixtures("ordered")
async def test_a_list_costs_two_statements(client: AsyncClient, app_database: Database, admin: dict[str, str]) -> None:
    for path in ("/admin/inventory-items", "/admin/reservations"):
        with recorded_statements(app_database) as sent:
            assert (await client.get(path, headers=admin)).json()["count"] >= 4
        assert len(sent) == 2


async def test_a_storefront_sees_no_stock(client: AsyncClient, storefront: dict[str, str]) -> None:
    for path in ("/admin/inventory-items", "/admin/reservations"):
        assert (await client.get(path, headers=storefront)).status_code == 401
