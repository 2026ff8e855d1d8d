"""`/admin/shipping-profiles` and `/admin/shipping-option-types`."""

from __future__ import annotations

import pytest

from kit.db import Database
from tests.support.statements import recorded_statements
from tests.support.warehouse import Admin, Warehouse

PLURALS = ("shipping-profiles", "shipping-option-types")


async def test_a_name_is_free_again_once_its_profile_is_gone(warehouse: Warehouse) -> None:
    admin, path = warehouse.admin, f"/shipping-profiles/{warehouse.profile_id}"
    taken = "Shipping profile with name: Fish, already exists."
    assert await admin.refused("/shipping-profiles", {"name": "Fish", "type": "x"}) == taken
    assert (await admin.post(path, {"metadata": {"a": 1}}))["shipping_profile"]["type"] == "cold"
    option = await warehouse.option()
    for _ in range(2):
        assert (await admin.delete(path))["object"] == "shipping_profile"
    await admin.get(path, 404)
    await admin.post("/shipping-profiles", {"name": "Fish", "type": "x"})
    assert (await admin.get(f"/shipping-options/{option['id']}"))["shipping_option"]["shipping_profile"] is None
    missing = await admin.refused(path, {"name": "x"}, 404)
    assert missing == f"Shipping profile with id: {warehouse.profile_id} was not found"


async def test_a_types_changes_are_events(warehouse: Warehouse) -> None:
    admin, path = warehouse.admin, f"/shipping-option-types/{warehouse.type_id}"
    changed = await admin.post(path, {"description": "slow"})
    assert (changed["shipping_option_type"]["label"], changed["shipping_option_type"]["description"]) == (
        "Boat",
        "slow",
    )
    assert (await admin.get(path))["shipping_option_type"]["code"] == "boat"
    for _ in range(2):
        assert (await admin.delete(path))["object"] == "shipping_option_type"
    told = [name.rpartition(".")[2] for name, _ in await admin.events("shipping-option-type.%")]
    assert told == ["created", "updated", "deleted"]
    assert "Field 'code' is required" in await admin.refused("/shipping-option-types", {"label": "x"})


@pytest.mark.parametrize("plural", PLURALS)
async def test_a_list_costs_two_statements(merchant: Admin, app_database: Database, plural: str) -> None:
    table = plural.replace("-", "_")[:-1]
    for count in (1, 4):
        while (number := len(await merchant.rows(f"SELECT id FROM {table}"))) < count:  # noqa: S608 - a constant
            body = {"name": f"Fish {number}", "type": "x"} if "profile" in plural else {"label": "Fish", "code": "x"}
            await merchant.post(f"/{plural}", body)
        with recorded_statements(app_database) as sent:
            assert (await merchant.get(f"/{plural}"))["count"] == count
        assert len(sent) == 2
    assert (await merchant.get(f"/{plural}?q=FISH"))["count"] >= 3
