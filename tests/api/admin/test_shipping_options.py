"""`/admin/shipping-options`: prices and rules are sets, a location's providers count and are asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from commerce.fulfillment.port import FulfillmentError
from kit.db import Database
from providers.recorded.fulfillment import RecordedFulfillment
from tests.support.statements import recorded_statements
from tests.support.warehouse import Warehouse

FREE = [{"attribute": "item_total", "operator": "gte", "value": 200.50}]
GOLD = {"attribute": "tier", "operator": "in", "value": ["gold"]}
IN_STORE = {"attribute": "enabled_in_store", "operator": "eq", "value": "true"}


def prices(option: dict[str, Any]) -> list[tuple[str, float, dict[str, str]]]:
    """Return currency, amount and rules of an option's prices."""
    return sorted(
        (price["currency_code"], price["amount"], {rule["attribute"]: rule["value"] for rule in price["price_rules"]})
        for price in option["prices"]
    )


async def region(warehouse: Warehouse) -> str:
    made = await warehouse.admin.post("/regions", {"name": "North", "currency_code": "DKK"})
    return str(made["region"]["id"])


async def test_prices_are_for_a_currency_or_a_region(warehouse: Warehouse) -> None:
    north = await region(warehouse)
    option = await warehouse.option(
        prices=[
            {"currency_code": "EUR", "amount": 10},
            {"currency_code": "eur", "amount": 0, "rules": FREE},
            {"region_id": north, "amount": 9.5},
        ]
    )
    assert prices(option) == [("dkk", 9.5, {"region_id": north}), ("eur", 0, {"item_total": "200.5"}), ("eur", 10, {})]
    plain = next(price["id"] for price in option["prices"] if price["amount"] == 10)
    free = next(price["id"] for price in option["prices"] if price["amount"] == 0)
    path = f"/shipping-options/{option['id']}"
    changed = [{"id": plain, "amount": 12.25}, {"id": free, "rules": []}, {"currency_code": "usd", "amount": 1}]
    now = (await warehouse.admin.post(path, {"prices": changed}))["shipping_option"]
    assert prices(now) == [("eur", 0, {}), ("eur", 12.25, {}), ("usd", 1, {})]
    assert {price["rules_count"] for price in now["prices"]} == {0}
    assert plain in {price["id"] for price in now["prices"]}
    for body, status, sentence in (
        ({"prices": [{"id": "price_x", "amount": 1}]}, 404, "Price with id: price_x was not found"),
        ({"prices": [{"region_id": "reg_x", "amount": 1}]}, 404, "Region with id: reg_x was not found"),
        ({"prices": [{"amount": 1}]}, 400, "A new price needs currency_code"),
        ({"prices": [{"currency_code": "eur", "amount": 1, "x": 1}]}, 400, "Unrecognized fields: 'x'"),
    ):
        assert sentence in await warehouse.admin.refused(path, body, status)
    same = (await warehouse.admin.get(path))["shipping_option"]
    assert prices(same) == prices(now)


async def test_rules_are_a_set_and_can_be_changed_one_by_one(warehouse: Warehouse) -> None:
    option = await warehouse.option(rules=[IN_STORE, GOLD])
    [store, gold] = sorted(option["rules"], key=lambda rule: str(rule["attribute"]))
    path = f"/shipping-options/{option['id']}"
    kept = [{**IN_STORE, "id": store["id"], "value": "false"}, {"attribute": "a", "operator": "ne", "value": "b"}]
    now = (await warehouse.admin.post(path, {"rules": kept}))["shipping_option"]
    assert sorted((rule["attribute"], rule["value"]) for rule in now["rules"]) == [
        ("a", "b"),
        ("enabled_in_store", "false"),
    ]
    batch = {"create": [GOLD], "update": [{**GOLD, "id": store["id"]}], "delete": [gold["id"], "sorul_x"]}
    told = await warehouse.admin.post(f"{path}/rules/batch", batch)
    assert told["deleted"] == {"ids": [], "object": "shipping_option_rule", "deleted": True}  # gone before
    assert [rule["attribute"] for rule in told["created"] + told["updated"]] == ["tier", "tier"]
    told = await warehouse.admin.post(f"{path}/rules/batch", {"delete": [store["id"]]})
    assert told["deleted"]["ids"] == [store["id"]]
    for body, status, sentence in (
        ({"update": [{**GOLD, "id": "sorul_x"}]}, 404, "Shipping option rule with id: sorul_x was not found"),
        ({"create": [{**GOLD, "value": "gold"}]}, 400, "Rule value must be an array for in/nin operators"),
        ({"create": [{**IN_STORE, "value": ["true"]}]}, 400, "Rule value must be a string"),
        ({"create": [{**GOLD, "operator": "like"}]}, 400, "Field 'create, 0, operator' is required"),
    ):
        assert sentence in await warehouse.admin.refused(f"{path}/rules/batch", body, status)
    lost = await warehouse.admin.refused("/shipping-options/so_x/rules/batch", {}, 404)
    assert lost == "Shipping option with id: so_x was not found"


async def test_a_provider_must_work_there_and_be_able_to_calculate(warehouse: Warehouse) -> None:
    admin, away = warehouse.admin, "Providers (nope_nope) are not enabled for the service location"
    cannot = "Cannot calcuate pricing for: [By boat] shipping option(s)."
    assert await admin.refused("/shipping-options", warehouse.body(provider_id="nope_nope")) == away
    assert await admin.refused("/shipping-options", warehouse.body(price_type="calculated")) == cannot
    option = await warehouse.option(provider_id="weight_rec", price_type="calculated", data={"id": "weight-standard"})
    path = f"/shipping-options/{option['id']}"
    assert await admin.refused(path, {"provider_id": "manual_manual"}) == cannot
    now = (await admin.post(path, {"provider_id": "manual_manual", "price_type": "flat"}))["shipping_option"]
    assert (now["provider_id"], now["price_type"], now["data"]) == ("manual_manual", "flat", {"id": "weight-standard"})
    await admin.post(f"/stock-locations/{warehouse.location_id}/fulfillment-providers", {"remove": ["weight_rec"]})
    away = "Providers (weight_rec) are not enabled for the service location"
    assert await admin.refused(path, {"provider_id": "weight_rec"}) == away


async def test_what_an_option_refers_to_is_there(warehouse: Warehouse) -> None:
    admin, fresh = warehouse.admin, {"label": "Ferry", "code": "ferry"}
    for changes, status, sentence in (
        ({"shipping_profile_id": "sp_x"}, 404, "Shipping profile with id: sp_x was not found"),
        ({"type_id": "sotype_x"}, 404, "Shipping option type with id: sotype_x was not found"),
        ({"service_zone_id": "serzo_x"}, 400, "Providers (manual_manual) are not enabled for the service location"),
        ({"type": fresh}, 400, "Exactly one of 'type' or 'type_id' must be provided"),
        ({"prices": [{"amount": 1}]}, 400, "A price needs either a currency_code or a region_id"),
    ):
        assert sentence in await admin.refused("/shipping-options", warehouse.body(**changes), status)
    option = await warehouse.option(type=fresh, type_id=None)
    assert option["type"]["code"] == "ferry"
    now = await admin.post(f"/shipping-options/{option['id']}", {"type": {**fresh, "code": "raft"}, "metadata": {}})
    assert now["shipping_option"]["type"]["code"] == "raft"
    assert await admin.rows("SELECT code FROM shipping_option_type ORDER BY id") == [("boat",), ("ferry",), ("raft",)]


async def test_options_are_narrowed_by_place_and_rules(warehouse: Warehouse, app_database: Database) -> None:
    back = {"attribute": "is_return", "operator": "eq", "value": "true"}
    hidden = {**IN_STORE, "value": "false"}
    await warehouse.option(name="Back", rules=[IN_STORE, back])
    for count in (1, 4):
        while len(await warehouse.admin.rows("SELECT id FROM shipping_option")) < count:
            await warehouse.option(name="Out", rules=[hidden, {**back, "value": "false"}])
        with recorded_statements(app_database) as sent:
            page = await warehouse.admin.get(f"/shipping-options?stock_location_id={warehouse.location_id}")
        assert (len(sent), page["count"]) == (2, count)
    for asked, count in (
        ("is_return=true", 1),
        ("is_return=false", 3),
        ("admin_only=true", 3),
        ("admin_only=false", 1),
        ("q=OUT", 3),
        (f"service_zone_id={warehouse.zone_id}&shipping_profile_id=sp_x", 0),
        ("stock_location_id=sloc_x", 0),
    ):
        assert (await warehouse.admin.get(f"/shipping-options?{asked}"))["count"] == count, asked


async def test_each_write_is_an_event(warehouse: Warehouse) -> None:
    option = await warehouse.option(rules=[GOLD])
    path = f"/shipping-options/{option['id']}"
    await warehouse.admin.post(path, {"name": "By raft"})
    for _ in range(2):
        assert (await warehouse.admin.delete(path))["object"] == "shipping_option"
    assert await warehouse.admin.rows("SELECT id FROM shipping_option_rule WHERE deleted_at IS NULL") == []
    told = [name.rpartition(".")[2] for name, _ in await warehouse.admin.events("shipping-option.%")]
    assert told == ["created", "updated", "deleted"]


async def test_a_provider_tells_its_options_or_fails_in_time(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = warehouse.admin
    told = await admin.get("/fulfillment-providers/manual_manual/options")
    assert told["fulfillment_options"][1] == {"id": "manual-fulfillment-return", "is_return": True}
    assert (told["count"], told["limit"], told["offset"]) == (2, 2, 0)
    lost = await admin.refused("/fulfillment-providers/x_y/options", None, 404, "GET")
    assert lost == "Fulfillment provider with id: x_y was not found"

    async def fail(_self: RecordedFulfillment) -> list[dict[str, object]]:
        raise FulfillmentError("The carrier is closed.")

    async def hang(_self: RecordedFulfillment) -> list[dict[str, object]]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr("activities.fulfillment.DEADLINE", 0.01)
    for way in (fail, hang):
        monkeypatch.setattr(RecordedFulfillment, "options", way)
        failed = await admin.refused("/fulfillment-providers/weight_rec/options", None, 503, "GET")
        assert failed == "weight_rec does not answer. Try again."
