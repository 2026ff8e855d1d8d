"""`/admin/inventory-items`: what stock may become, alone and in batches; the recorded answers are the contract's."""

from __future__ import annotations

import asyncio

from kit.db import Database, run
from tests.support.statements import recorded_statements
from tests.support.warehouse import Admin, Warehouse


async def test_an_item_comes_with_levels_and_says_so(warehouse: Warehouse) -> None:
    admin, item = warehouse.admin, await warehouse.item("EEL", 5)
    changed = await admin.post(f"/inventory-items/{item}", {"weight": 1.5, "metadata": {"a": 1}})
    assert (changed["inventory_item"]["weight"], changed["inventory_item"]["stocked_quantity"]) == (1.5, 5)
    assert await admin.refused("/inventory-items", {"sku": "EEL"}) == "Inventory item with sku: EEL, already exists."
    lost = {"sku": "COD", "location_levels": [{"location_id": "sloc_x"}]}
    assert await admin.refused("/inventory-items", lost, 404) == "Stock location with id: sloc_x was not found"
    for _ in range(2):  # again is no error, and no event
        await admin.delete(f"/inventory-items/{item}")
    assert await admin.rows("SELECT sku FROM inventory_item WHERE deleted_at IS NULL") == []
    assert await warehouse.stock(item) == []
    assert [name for name, id_ in await admin.events("inventory-item.%") if id_ == item] == [
        "inventory-item.created",
        "inventory-item.updated",
        "inventory-item.deleted",
    ]


async def test_less_stock_than_was_promised_is_kept_as_backordered(warehouse: Warehouse) -> None:
    """The shelf is counted, and holds less than the reservations: the newest of them wait, none is lost."""
    admin, item = warehouse.admin, await warehouse.item("EEL", 10)
    place = {"inventory_item_id": item, "location_id": warehouse.location_id}
    made = [(await admin.post("/reservations", {**place, "quantity": n}))["reservation"]["id"] for n in (3, 4)]
    level = f"/inventory-items/{item}/location-levels/{warehouse.location_id}"
    waiting = "SELECT backordered_quantity::int FROM reservation_item ORDER BY id"
    await admin.post(level, {"stocked_quantity": 2})
    assert (await warehouse.stock(item), await admin.rows(waiting)) == ([(2, 7, 5)], [(1,), (4,)])
    await admin.post(level, {"stocked_quantity": 6})
    assert (await warehouse.stock(item), await admin.rows(waiting)) == ([(6, 7, 1)], [(0,), (1,)])
    await admin.delete(f"/reservations/{made[1]}")
    assert await warehouse.stock(item) == [(6, 3, 0)]


async def test_a_level_with_units_is_not_deleted(warehouse: Warehouse) -> None:
    admin, item, place = warehouse.admin, await warehouse.item("EEL", 5), warehouse.location_id
    of_item, every = f"/inventory-items/{item}/location-levels", "/inventory-items/location-levels/batch"
    [(level,)] = await admin.rows("SELECT id FROM inventory_level")
    stocked = f"Cannot remove Inventory Levels for {place} because there are stocked items at the locations."
    assert (await admin.refused(f"{of_item}/batch", {"delete": [level]})).startswith(stocked)
    await admin.post(f"{of_item}/{place}", {"incoming_quantity": 1})
    awaited = f"Cannot remove Inventory Levels for {place} because there are reserved or incoming items"
    assert (await admin.refused(every, {"delete": [level], "force": True})).startswith(awaited)
    await admin.post(f"{of_item}/{place}", {"incoming_quantity": 0})
    other = await warehouse.item("COD")
    told = await admin.post(f"/inventory-items/{other}/location-levels/batch", {"delete": [level], "force": True})
    assert told == {"created": [], "updated": [], "deleted": []}  # it is another item's
    told = await admin.post(f"{of_item}/batch", {"delete": [level], "force": True})
    assert told == {"created": [], "updated": [], "deleted": [level]}
    gone = await admin.refused(f"{of_item}/{place}", None, 404, "DELETE")
    assert gone == f"Inventory Level for Item {item} at Location {place} not found"


async def test_an_item_with_reservations_is_not_deleted(warehouse: Warehouse) -> None:
    admin, item = warehouse.admin, await warehouse.item("EEL", 5)
    place = {"inventory_item_id": item, "location_id": warehouse.location_id}
    await admin.post("/reservations", {**place, "quantity": 1})
    refusal = await admin.refused(f"/inventory-items/{item}", None, 400, "DELETE")
    assert refusal == f"Cannot remove following inventory item(s) since they have reservations: [{item}]."
    refusal = await admin.refused(f"/stock-locations/{warehouse.location_id}", None, 400, "DELETE")
    assert refusal.endswith("because there are reservations at location")
    assert await warehouse.stock(item) == [(5, 1, 0)]


async def test_a_batch_is_done_wholly_or_not_at_all(warehouse: Warehouse) -> None:
    admin, item, place = warehouse.admin, await warehouse.item("EEL", 5), warehouse.location_id
    other = await warehouse.item("COD", 7)
    path, here = "/inventory-items/location-levels/batch", {"location_id": place}
    update = [{"inventory_item_id": item, **here, "stocked_quantity": 9}, {"inventory_item_id": "iitem_x", **here}]
    assert (
        await admin.refused(path, {"update": update}, 404)
        == f"update[1]: Item iitem_x is not stocked at location {place}"
    )
    twice = {"update": update[:1], "create": [{"inventory_item_id": other, **here}]}
    assert await admin.refused(path, twice) == (
        f"create[0]: Inventory level with inventory_item_id: {other}, location_id: {place}, already exists."
    )
    assert await warehouse.stock(item) == [(5, 0, 0)]
    [(old,)] = await admin.rows("SELECT id FROM inventory_level WHERE inventory_item_id = $1", other)
    told = await admin.post(path, {**twice, "delete": [old], "force": True})
    assert [level["stocked_quantity"] for level in told["updated"] + told["created"]] == [9, 0]
    assert (await warehouse.stock(item), await warehouse.stock(other)) == ([(9, 0, 0)], [(0, 0, 0)])


async def test_a_batch_costs_the_same_whatever_its_size(warehouse: Warehouse, app_database: Database) -> None:
    admin, sent = warehouse.admin, []
    for size in (1, 20):
        items = [await warehouse.item(f"EEL-{size}-{n}", 5) for n in range(size)]
        new = [await warehouse.item(f"COD-{size}-{n}") for n in range(size)]
        ids = await admin.rows("SELECT id FROM inventory_level WHERE inventory_item_id = ANY($1)", items[size // 2 :])
        here = {"location_id": warehouse.location_id, "stocked_quantity": 3}
        body = {
            "create": [{"inventory_item_id": item, **here} for item in new],
            "update": [{"inventory_item_id": item, **here} for item in items[: size // 2] or items[:1]],
            "delete": [id_ for (id_,) in ids] if size > 1 else [],
            "force": True,
        }
        with recorded_statements(app_database) as statements:
            await admin.post("/inventory-items/location-levels/batch", body)
        sent.append(len([each for each in statements if "INTO outbox_event" not in each and "notify" not in each]))
    assert sent[0] <= sent[1] <= sent[0] + 1  # the one that deletes levels
    assert await admin.rows("SELECT count(*) FROM inventory_level WHERE deleted_at IS NULL") == [(32,)]


async def test_levels_and_buyers_do_not_overtake_each_other(warehouse: Warehouse, database: Database) -> None:
    """Stock is set, reserved and taken away at once: nothing is reserved beyond it, and the sums stay."""
    admin, item = warehouse.admin, await warehouse.item("EEL", 5)
    place = {"inventory_item_id": item, "location_id": warehouse.location_id}
    level = f"/admin/inventory-items/{item}/location-levels/{warehouse.location_id}"

    async def ask(path: str, **body: object) -> int:
        return (await admin.client.post(path, headers=admin.headers, json=body)).status_code

    calls = [ask("/admin/reservations", **place, quantity=1) for _ in range(12)]
    calls += [ask(level, stocked_quantity=n) for n in (8, 3, 6, 4)]
    assert set(await asyncio.gather(*calls)) <= {200, 400, 409}
    async with database.reading() as connection:
        [row] = await run(connection, SUMS, item)
    stocked, reserved, backordered, promised, waiting = row
    assert (reserved, backordered) == (promised, waiting)
    assert reserved - backordered <= stocked


SUMS = """
SELECT l.stocked_quantity, l.reserved_quantity, l.backordered_quantity,
  coalesce((SELECT sum(quantity) FROM reservation_item r WHERE r.inventory_item_id = l.inventory_item_id), 0),
  coalesce((SELECT sum(backordered_quantity) FROM reservation_item r
            WHERE r.inventory_item_id = l.inventory_item_id), 0)
FROM inventory_level l WHERE l.inventory_item_id = $1
"""


async def test_bad_bodies_are_refused(warehouse: Warehouse) -> None:
    admin, item = warehouse.admin, await warehouse.item("EEL", 5)
    path = f"/inventory-items/{item}/location-levels"
    for body, message in (
        ({"location_id": 1}, "Expected type: 'string' for field 'location_id', got: '1'"),
        ({"location_id": "x", "stocked_quantity": -1}, "Value for field 'stocked_quantity' too small"),
        ({"location_id": "x", "y": 1}, "Unrecognized fields: 'y'"),
    ):
        assert message in await admin.refused(path, body)
    assert "Unrecognized fields" in await admin.refused("/inventory-items", {"stocked": 1})
    unknown = {"location_id": warehouse.location_id}
    missing = await admin.refused("/inventory-items/iitem_x/location-levels", unknown, 404)
    assert missing == "Inventory item with id: iitem_x was not found"


async def test_a_list_costs_two_statements(merchant: Admin, warehouse: Warehouse, app_database: Database) -> None:
    for count in (1, 6):
        while len(await merchant.rows("SELECT id FROM inventory_item")) < count:
            number = len(await merchant.rows("SELECT id FROM inventory_item"))
            await warehouse.item(f"EEL-{number}", 5)
        [(item,)] = await merchant.rows("SELECT id FROM inventory_item ORDER BY id LIMIT 1")
        for path in ("/inventory-items", f"/inventory-items/{item}/location-levels?fields=+stock_locations.name"):
            with recorded_statements(app_database) as sent:
                await merchant.get(path)
            assert len(sent) == 2, path
