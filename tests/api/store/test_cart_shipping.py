"""Which shipping a cart may choose and keep (contract section 12), through the whole write."""

from __future__ import annotations

from typing import Any

from httpx2 import AsyncClient, Response

from kit.db import Database, run
from tests.support.storefront import Carts

BERLIN = {"city": "Berlin", "country_code": "de", "postal_code": "10115"}
ZIP = """INSERT INTO geo_zone (id, type, country_code, province_code, city, postal_expression, service_zone_id)
VALUES ('fgz_1', 'zip', 'us', 'ca', 'Oakland', '"94607"', $1)"""
UNLINK = "DELETE FROM sales_channel_stock_location WHERE stock_location_id = $1"


async def choose(carts: Carts, cart_id: str, *labels: str) -> Response:
    chosen = [{"option_id": carts.labels[label]} for label in labels]
    return await carts.call("POST", f"/carts/{cart_id}/shipping-methods", chosen)


async def chosen(carts: Carts, cart_id: str) -> set[str]:
    path = f"/carts/{cart_id}?fields=shipping_methods.name"
    return {method["name"] for method in (await carts.ok("GET", path))["cart"]["shipping_methods"]}


async def offered(carts: Carts, cart_id: str) -> set[str]:
    found = (await carts.ok("GET", f"/shipping-options?cart_id={cart_id}"))["shipping_options"]
    return {option["name"] for option in found}


async def option(client: AsyncClient, admin: dict[str, str], carts: Carts, zone: str, **more: Any) -> str:  # noqa: ANN401 - JSON
    body = {
        "name": "Bicycle",
        "service_zone_id": carts.labels[zone],
        "shipping_profile_id": carts.labels["profile"],
        "provider_id": "manual_manual",
        "price_type": "flat",
        "type_id": carts.labels["option_type"],
        "prices": [{"currency_code": "usd", "amount": 3}, {"currency_code": "eur", "amount": 3}],
        **more,
    }
    made = await client.post("/admin/shipping-options", json=body, headers=admin)
    assert made.status_code == 200, made.text
    carts.labels["bicycle"] = made.json()["shipping_option"]["id"]
    return carts.labels["bicycle"]


async def test_one_method_for_each_profile_chosen_together_and_replaced_alone(carts: Carts) -> None:
    cart_id = await carts.new(shipping_address=BERLIN)
    await carts.add(cart_id, "tee_m")
    await carts.add(cart_id, "sofa_v")
    assert (await choose(carts, cart_id, "ship_eu", "ship_bulky")).status_code == 200
    assert await chosen(carts, cart_id) == {"Standard EU", "Freight EU"}
    assert (await choose(carts, cart_id, "ship_express")).status_code == 200
    assert await chosen(carts, cart_id) == {"Express EU 24h", "Freight EU"}


async def test_a_list_with_one_that_is_not_offered_changes_nothing(carts: Carts) -> None:
    cart_id = await carts.new(shipping_address=BERLIN)
    await carts.add(cart_id, "tee_m")
    for refused in ("ship_admin", "ship_return_eu", "ship_us"):
        answer = await choose(carts, cart_id, "ship_eu", refused)
        message = "Shipping Options are invalid for cart."
        assert (answer.status_code, answer.json()) == (400, {"type": "invalid_data", "message": message})
    assert await chosen(carts, cart_id) == set()


async def test_only_what_the_channels_locations_offer(carts: Carts, database: Database) -> None:
    cart_id = await carts.new(shipping_address=BERLIN)
    await carts.add(cart_id, "ebook_v")
    await choose(carts, cart_id, "ship_eu")
    await database.transact(lambda session: run(session, UNLINK, carts.labels["location_eu"]))
    assert await offered(carts, cart_id) == set()
    assert (await choose(carts, cart_id, "ship_express")).status_code == 400
    await carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 1}})
    assert await chosen(carts, cart_id) == set()


async def test_a_zone_reaches_as_far_as_its_geo_zones_and_a_method_goes_with_the_address(
    carts: Carts, client: AsyncClient, admin: dict[str, str], database: Database
) -> None:
    await option(client, admin, carts, "zone_bay")
    zone = carts.labels["zone_bay"]
    cart_id = await carts.new(region_id=carts.labels["region_us"])
    await carts.add(cart_id, "tee_m")

    async def reaches(**address: str) -> bool:
        await carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": {"country_code": "us", **address}})
        is_offered = "Bicycle" in await offered(carts, cart_id)
        assert (await choose(carts, cart_id, "bicycle")).status_code == (200 if is_offered else 400)
        return is_offered

    fresno, oakland = {"province": "ca", "city": "Fresno"}, {"province": "CA", "city": "Oakland"}
    assert [await reaches(**fresno), await reaches(province="ny", city="Oakland")] == [True, False]  # its province
    for kind in ("province", "city"):
        gone = f"UPDATE geo_zone SET deleted_at = now() WHERE service_zone_id = $1 AND type = '{kind}'"  # noqa: S608 - a kind
        assert await reaches(**oakland)
        await database.transact(lambda session, gone=gone: run(session, gone, zone))
        assert not await reaches(**fresno)
    assert not await reaches(**oakland, postal_code="94607")  # a pattern is no postal code
    await database.transact(lambda session: run(session, ZIP, zone))
    assert [await reaches(**oakland, postal_code=code) for code in ("94607", "94608")] == [True, False]
    await reaches(**oakland, postal_code="94607")
    assert await chosen(carts, cart_id) == {"Bicycle"}
    cart = (await carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": {"country_code": "us"}}))["cart"]
    assert (cart["shipping_methods"], cart["shipping_total"]) == ([], 0)


async def test_every_rule_of_an_option_has_to_hold(carts: Carts, client: AsyncClient, admin: dict[str, str]) -> None:
    in_store = {"attribute": "enabled_in_store", "operator": "in", "value": ["true", "maybe"]}
    for_goods = {"attribute": "is_return", "operator": "ne", "value": "true"}
    unheard = {"attribute": "tier", "operator": "eq", "value": "gold"}
    cart_id = await carts.new(shipping_address=BERLIN)
    await option(client, admin, carts, "zone_eu", name="Ruled", rules=[in_store, for_goods])
    await option(client, admin, carts, "zone_eu", name="Barred", rules=[in_store, unheard])
    await option(client, admin, carts, "zone_eu", name="Open", rules=[])
    assert {"Ruled", "Open"} == await offered(carts, cart_id) & {"Ruled", "Barred", "Open"}
    returns = (await carts.ok("GET", f"/shipping-options?cart_id={cart_id}&is_return=true"))["shipping_options"]
    assert {"Open", "Return EU"} == {each["name"] for each in returns}


async def test_an_option_without_a_price_in_the_currency(
    carts: Carts, client: AsyncClient, admin: dict[str, str]
) -> None:
    id_ = await option(client, admin, carts, "zone_eu", prices=[{"currency_code": "usd", "amount": 3}])
    cart_id = await carts.new(shipping_address=BERLIN)
    refused = await choose(carts, cart_id, "bicycle")
    assert refused.json()["message"] == f"Shipping options with IDs {id_} do not have a price"
