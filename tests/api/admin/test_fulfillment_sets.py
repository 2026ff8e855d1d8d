"""`/admin/fulfillment-sets` with their zones, and `/admin/fulfillment-providers`."""

from __future__ import annotations

from typing import Any

from kit.db import Database
from tests.support.statements import recorded_statements
from tests.support.warehouse import Admin, Warehouse

OAKLAND = {
    "type": "city",
    "country_code": "US",
    "province_code": "CA",
    "city": "Oakland",
    "postal_expression": {"a": 1},
}


def places(answer: dict[str, Any]) -> list[tuple[str, str, str | None, str | None]]:
    """Return the geo zones of the answered set's only zone."""
    [zone] = answer["fulfillment_set"]["service_zones"]
    return sorted((geo["type"], geo["country_code"], geo["province_code"], geo["city"]) for geo in zone["geo_zones"])


async def test_geo_zones_are_a_set(warehouse: Warehouse) -> None:
    admin, path = warehouse.admin, f"/fulfillment-sets/{warehouse.set_id}/service-zones/{warehouse.zone_id}"
    [germany] = (await admin.get(path))["service_zone"]["geo_zones"]
    assert (germany["country_code"], germany["postal_expression"]) == ("de", None)
    assert places(await admin.post(path, {"name": None})) == [("country", "de", None, None)]
    kept = {"type": "province", "country_code": "de", "province_code": "SH", "id": germany["id"]}
    now = await admin.post(path, {"name": "Sea", "geo_zones": [kept, OAKLAND]})
    assert places(now) == [("city", "us", "ca", "Oakland"), ("province", "de", "sh", None)]
    [zone] = now["fulfillment_set"]["service_zones"]
    assert (zone["name"], {geo["postal_expression"] is None for geo in zone["geo_zones"]}) == ("Sea", {True})
    assert germany["id"] in {geo["id"] for geo in zone["geo_zones"]}
    for body, status, sentence in (
        ({"geo_zones": [{**kept, "id": "fgz_x"}]}, 404, "Geo zone with id: fgz_x was not found"),
        ({"geo_zones": [{"type": "zip", "country_code": "us"}]}, 400, "Field 'province_code' is required"),
        ({"geo_zones": [{"type": "moon", "country_code": "us"}]}, 400, "Field 'geo_zones, 0, type' is required"),
        ({"zone": 1}, 400, "Unrecognized fields: 'zone'"),
    ):
        assert sentence in await admin.refused(path, body, status)
    assert places(await admin.post(path, {})) == places(now)
    assert places(await admin.post(path, {"geo_zones": []})) == []


async def test_a_zone_goes_with_what_is_shipped_there(warehouse: Warehouse) -> None:
    admin, base = warehouse.admin, f"/fulfillment-sets/{warehouse.set_id}"
    option, path = await warehouse.option(), f"{base}/service-zones/{warehouse.zone_id}"
    taken = await admin.refused(f"{base}/service-zones", {"name": "Coast"})
    assert taken == "Service zone with name: Coast, already exists."
    other = f"/fulfillment-sets/fuset_x/service-zones/{warehouse.zone_id}"
    await admin.get(other, 404)
    await admin.refused(other, None, 404, "DELETE")
    gone = await admin.delete(path)
    assert (gone["id"], gone["parent"]["service_zones"][0]["id"]) == (warehouse.zone_id, warehouse.zone_id)
    await admin.get(path, 404)
    await admin.get(f"/shipping-options/{option['id']}", 404)
    assert await admin.refused(path, {"name": "x"}, 404) == f"Service zone with id: {warehouse.zone_id} was not found"
    assert [name for name, _ in await admin.events("shipping-option.%")][-1] == "shipping-option.deleted"
    await admin.post(f"{base}/service-zones", {"name": "Coast"})  # the name is free again
    lost = await admin.refused("/fulfillment-sets/fuset_x/service-zones", {"name": "x"}, 404)
    assert lost == "Fulfillment set with id: fuset_x was not found"


async def test_a_set_goes_with_its_zones(warehouse: Warehouse) -> None:
    admin, path = warehouse.admin, f"/fulfillment-sets/{warehouse.set_id}"
    await warehouse.option()
    for _ in range(2):
        assert (await admin.delete(path))["object"] == "fulfillment_set"
    left = """SELECT (SELECT count(*) FROM service_zone WHERE deleted_at IS NULL) AS zones,
      (SELECT count(*) FROM geo_zone WHERE deleted_at IS NULL) AS geo_zones,
      (SELECT count(*) FROM shipping_option WHERE deleted_at IS NULL) AS options,
      (SELECT count(*) FROM location_fulfillment_set) AS links"""
    assert await admin.rows(left) == [(0, 0, 0, 0)]
    again = f"/stock-locations/{warehouse.location_id}/fulfillment-sets"
    await admin.post(again, {"name": "Kiel", "type": "shipping"})  # the name is free again


async def test_the_list_of_providers_costs_two_statements(merchant: Admin, app_database: Database) -> None:
    with recorded_statements(app_database) as sent:
        page = await merchant.get("/fulfillment-providers?is_enabled=true&fields=id")
    assert (len(sent), [each["id"] for each in page["fulfillment_providers"]]) == (2, ["manual_manual", "weight_rec"])
    assert (await merchant.get("/fulfillment-providers?q=WEIGHT"))["count"] == 1
