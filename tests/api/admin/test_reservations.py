"""`/admin/reservations`: by hand, but out of the same stock."""

from __future__ import annotations

import asyncio

import pytest

from kit.db import Database
from tests.support.statements import recorded_statements
from tests.support.warehouse import Admin, Warehouse


@pytest.fixture
async def eel(warehouse: Warehouse) -> dict[str, str]:
    """Return the item and the location of five eels."""
    return {"inventory_item_id": await warehouse.item("EEL", 5), "location_id": warehouse.location_id}


async def test_units_are_moved_given_back_and_said(warehouse: Warehouse, eel: dict[str, str]) -> None:
    admin, item = warehouse.admin, eel["inventory_item_id"]
    second = (await admin.post("/stock-locations", {"name": "Zingst"}))["stock_location"]["id"]
    await admin.post(f"/inventory-items/{item}/location-levels", {"location_id": second, "stocked_quantity": 2})
    body = {**eel, "quantity": 2, "line_item_id": "ordli_1", "metadata": {"a": 1, "b": 2}}
    id_ = (await admin.post("/reservations", body))["reservation"]["id"]
    assert await warehouse.stock(item) == [(5, 2, 0), (2, 0, 0)]
    path = f"/reservations/{id_}"
    more = await admin.post(path, {"quantity": 5, "metadata": {"a": ""}, "description": "fair"})
    assert (more["reservation"]["metadata"], more["reservation"]["description"]) == ({"b": 2}, "fair")
    assert await warehouse.stock(item) == [(5, 5, 0), (2, 0, 0)]
    short = f"Not enough stock available for item {item} at location {second}"
    assert await admin.refused(path, {"location_id": second}) == short
    assert await warehouse.stock(item) == [(5, 5, 0), (2, 0, 0)]
    await admin.post(path, {"location_id": second, "quantity": 2})
    assert await warehouse.stock(item) == [(5, 0, 0), (2, 2, 0)]
    for _ in range(2):  # again is no error, and no event
        assert await admin.delete(path) == {"id": id_, "object": "reservation", "deleted": True}
    assert await warehouse.stock(item) == [(5, 0, 0), (2, 0, 0)]
    await admin.get(path, 404)
    told = [name for name, _ in await admin.events("reservation-item.%")]
    assert told == ["reservation-item.created", *["reservation-item.updated"] * 2, "reservation-item.deleted"]


async def test_what_cannot_be_reserved_is_refused(warehouse: Warehouse, eel: dict[str, str]) -> None:
    admin, item = warehouse.admin, eel["inventory_item_id"]
    nowhere = {**eel, "location_id": "sloc_x", "quantity": 1}
    assert await admin.refused("/reservations", nowhere, 404) == f"Item {item} is not stocked at location sloc_x"
    short = f"Not enough stock available for item {item} at location {warehouse.location_id}"
    assert await admin.refused("/reservations", {**eel, "quantity": 6}) == short
    id_ = (await admin.post("/reservations", {**eel, "quantity": 5}))["reservation"]["id"]
    for path, body, sentence in (
        ("/reservations", {**eel, "quantity": 0}, "Value for field 'quantity' too small"),
        ("/reservations", {**eel, "quantity": "1"}, "Expected type: 'number' for field 'quantity'"),
        (f"/reservations/{id_}", {"quantity": -1}, "Value for field 'quantity' too small"),
        (f"/reservations/{id_}", {"quantity": 6}, short),
        (f"/reservations/{id_}", {"inventory_item_id": item}, "Unrecognized fields: 'inventory_item_id'"),
    ):
        assert sentence in await admin.refused(path, body)
    missing = await admin.refused("/reservations/resitem_x", {"quantity": 1}, 404)
    assert missing == "Reservation item with id: resitem_x was not found"
    assert await warehouse.stock(item) == [(5, 5, 0)]


async def test_many_take_from_little(warehouse: Warehouse, eel: dict[str, str]) -> None:
    admin = warehouse.admin

    async def reserve() -> int:
        body = {**eel, "quantity": 2}
        return (await admin.client.post("/admin/reservations", headers=admin.headers, json=body)).status_code

    assert sorted(await asyncio.gather(*[reserve() for _ in range(6)])) == [200, 200, 400, 400, 400, 400]
    assert await warehouse.stock(eel["inventory_item_id"]) == [(5, 4, 0)]


async def test_two_who_move_a_reservation_to_and_fro_wait_for_each_other(
    warehouse: Warehouse, eel: dict[str, str]
) -> None:
    """The levels are locked by id, whichever is left and whichever is gone to."""
    admin, item = warehouse.admin, eel["inventory_item_id"]
    second = (await admin.post("/stock-locations", {"name": "Zingst"}))["stock_location"]["id"]
    await admin.post(f"/inventory-items/{item}/location-levels", {"location_id": second, "stocked_quantity": 5})
    here = (await admin.post("/reservations", {**eel, "quantity": 2}))["reservation"]["id"]
    there = (await admin.post("/reservations", {**eel, "location_id": second, "quantity": 2}))["reservation"]["id"]

    async def move(id_: str, location_id: str) -> int:
        body = {"location_id": location_id}
        answer = await admin.client.post(f"/admin/reservations/{id_}", headers=admin.headers, json=body)
        return answer.status_code

    moves = [move(id_, place) for id_ in (here, there) for place in (second, warehouse.location_id) for _ in range(3)]
    assert set(await asyncio.gather(*moves)) <= {200, 409}
    assert sum(reserved for _, reserved, _ in await warehouse.stock(item)) == 4
    promised = "SELECT location_id, sum(quantity)::int FROM reservation_item GROUP BY 1 ORDER BY 1"
    assert dict(await admin.rows(promised)) == {
        place: reserved
        for place, (_, reserved, _) in zip(
            sorted([warehouse.location_id, second]), await warehouse.stock(item), strict=True
        )
        if reserved
    }


async def test_a_list_costs_two_statements(merchant: Admin, eel: dict[str, str], app_database: Database) -> None:
    for count in (1, 4):
        while len(await merchant.rows("SELECT id FROM reservation_item")) < count:
            await merchant.post("/reservations", {**eel, "quantity": 1})
        with recorded_statements(app_database) as sent:
            assert (await merchant.get("/reservations?order=-created_at"))["count"] == count
        assert len(sent) == 2
