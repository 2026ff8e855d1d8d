"""`/admin/stock-locations`: addresses, links, and what goes with a location."""

from __future__ import annotations

import asyncio

from kit.db import Database, run
from tests.support.statements import recorded_statements
from tests.support.warehouse import Admin, Warehouse

ADDRESS = {"address_1": "Quay 1", "country_code": "de", "metadata": {"a": 1}, "nickname": "dropped"}


async def test_an_address_is_changed_in_place(merchant: Admin) -> None:
    made = (await merchant.post("/stock-locations", {"name": "Kiel", "address": ADDRESS}))["stock_location"]
    path = f"/stock-locations/{made['id']}"
    moved = {"address": {"address_1": "Quay 2", "country_code": "de", "city": "Kiel"}, "metadata": {"b": 2}}
    now = (await merchant.post(path, moved))["stock_location"]
    assert (now["name"], now["metadata"]) == ("Kiel", {"b": 2})
    assert (now["address"]["id"], now["address"]["address_1"]) == (made["address"]["id"], "Quay 2")
    assert now["address"]["metadata"] == {"a": 1}
    shared = {"name": "Next door", "address_id": made["address"]["id"]}
    assert (await merchant.post("/stock-locations", shared))["stock_location"]["address"]["city"] == "Kiel"
    bare = (await merchant.post("/stock-locations", {"name": "Bare"}))["stock_location"]
    assert bare["address"] is None
    now = (await merchant.post(f"/stock-locations/{bare['id']}", {"address": ADDRESS}))["stock_location"]
    assert now["address"]["address_1"] == "Quay 1"
    lost = await merchant.refused("/stock-locations", {"name": "x", "address_id": "laddr_x"}, 404)
    assert lost == "Stock location address with id: laddr_x was not found"
    wrong = await merchant.refused(path, {"address": {"country_code": "de"}})
    assert "Field 'address, address_1' is required" in wrong


async def test_an_id_that_no_row_can_have(merchant: Admin) -> None:
    """PostgreSQL holds no NUL, and says so itself."""
    for method, path in (("GET", "/stock-locations/%00"), ("DELETE", "/fulfillment-sets/x/service-zones/%00")):
        refusal = await merchant.refused(path, None, 400, method)
        assert refusal == "A text holds a character that cannot be stored."


async def test_links_are_added_and_taken_away(warehouse: Warehouse, channel_id: str) -> None:
    admin, base = warehouse.admin, f"/stock-locations/{warehouse.location_id}"
    shown = "?fields=sales_channels.id,fulfillment_providers.id"
    for _ in range(2):  # again is no error
        now = await admin.post(f"{base}/sales-channels{shown}", {"add": [channel_id]})
    assert [each["id"] for each in now["stock_location"]["sales_channels"]] == [channel_id]
    assert (await admin.get(f"/stock-locations?sales_channel_id={channel_id}"))["count"] == 1
    assert (await admin.get(f"/sales-channels?location_id={warehouse.location_id}"))["count"] == 1
    now = await admin.post(f"{base}/sales-channels{shown}", {"remove": [channel_id]})
    assert now["stock_location"]["sales_channels"] == []
    now = await admin.post(f"{base}/fulfillment-providers{shown}", {"remove": ["weight_rec"]})
    assert [each["id"] for each in now["stock_location"]["fulfillment_providers"]] == ["manual_manual"]
    assert (await admin.get(f"/fulfillment-providers?stock_location_id={warehouse.location_id}"))["count"] == 1
    lost = await admin.refused(f"{base}/fulfillment-providers", {"add": ["nope_nope"]}, 404)
    assert lost == "Fulfillment providers with ids: nope_nope were not found"
    assert "sc_x" in await admin.refused(f"{base}/sales-channels", {"add": ["sc_x"]}, 404)
    lost = await admin.refused("/stock-locations/sloc_x/fulfillment-sets", {"name": "a", "type": "b"}, 404)
    assert lost == "Stock location with id: sloc_x was not found"


async def test_a_location_goes_with_what_it_has(warehouse: Warehouse, database: Database) -> None:
    admin, place = warehouse.admin, warehouse.location_id
    option, item = await warehouse.option(), await warehouse.item("EEL", 5)
    default = "UPDATE store SET default_location_id = $1"
    await database.transact(lambda session: run(session, default, place))
    for _ in range(2):
        gone = await admin.delete(f"/stock-locations/{place}")
        assert gone == {"id": place, "object": "stock_location", "deleted": True}
    for path in (f"/stock-locations/{place}", f"/shipping-options/{option['id']}"):
        await admin.get(path, 404)
    await admin.get(f"/fulfillment-sets/{warehouse.set_id}/service-zones/{warehouse.zone_id}", 404)
    assert await warehouse.stock(item) == []
    assert await admin.rows("SELECT default_location_id FROM store") == [(None,)]
    assert (await admin.get("/stock-locations"))["count"] == 0
    assert (await admin.get("/stock-locations?with_deleted=true"))["count"] == 1
    level = {"location_id": place, "stocked_quantity": 1}
    assert "was not found" in await admin.refused(f"/inventory-items/{item}/location-levels", level, 404)


async def test_no_level_is_made_at_a_location_that_goes(warehouse: Warehouse) -> None:
    admin, item = warehouse.admin, await warehouse.item("EEL")
    level = {"location_id": warehouse.location_id, "stocked_quantity": 1}

    async def ask(method: str, path: str, body: object) -> int:
        return (await admin.client.request(method, f"/admin{path}", headers=admin.headers, json=body)).status_code

    made, _ = await asyncio.gather(
        ask("POST", f"/inventory-items/{item}/location-levels", level),
        ask("DELETE", f"/stock-locations/{warehouse.location_id}", None),
    )
    assert made in {200, 404}
    left = """SELECT l.id FROM inventory_level l JOIN stock_location s ON s.id = l.location_id
      WHERE l.deleted_at IS NULL AND s.deleted_at IS NOT NULL"""
    assert await admin.rows(left) == []


async def test_the_dashboards_page_is_one_statement(warehouse: Warehouse, app_database: Database) -> None:
    await warehouse.option()
    fields = (
        "name,*sales_channels,*address,*fulfillment_sets,*fulfillment_sets.service_zones,"
        "*fulfillment_sets.service_zones.shipping_options,"
        "*fulfillment_sets.service_zones.shipping_options.shipping_profile"
    )
    for count in (1, 4):
        while len(await warehouse.admin.rows("SELECT id FROM stock_location")) < count:
            await warehouse.admin.post("/stock-locations", {"name": "x", "address": ADDRESS})
        with recorded_statements(app_database) as sent:
            page = await warehouse.admin.get(f"/stock-locations?fields={fields}&q=")
        assert (len(sent), page["count"]) == (2, count)
    [option] = page["stock_locations"][0]["fulfillment_sets"][0]["service_zones"][0]["shipping_options"]
    assert option["provider"] == {"id": "manual_manual"}
    assert option["type"] == {"id": warehouse.type_id}
    assert option["shipping_profile"]["name"] == "Fish"
