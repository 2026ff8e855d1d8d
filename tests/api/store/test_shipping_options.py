"""`/store/shipping-options`: the recorded answers, prices by the cart's value, stock at the option's location."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from httpx2 import AsyncClient

from commerce.cart.rules import NewItem
from commerce.fulfillment.port import CalculatedPrice, PriceRequest
from kit.db import Database, run
from operations.create_cart import NewCart, create_cart
from providers.recorded.fulfillment import RecordedFulfillment
from tests.support.recorded_shop import RecordedShop
from tests.support.recordings import Comparison, differences, recordings
from tests.support.statements import recorded_statements

BERLIN = {"country_code": "de", "city": "Berlin", "postal_code": "10115"}


async def new_cart(
    database: Database, shop: RecordedShop, region: str, address: Mapping[str, Any], **quantities: int
) -> str:
    """Create a cart of the recorded shop; variants by their label in the setup."""
    items = tuple(NewItem(shop.labels[name], Decimal(quantity)) for name, quantity in quantities.items())
    cart = NewCart(shop.labels["sales_channel"], "none", shop.labels[region], shipping_address=address, items=items)
    return await database.transact(lambda session: create_cart(session, cart))


async def test_the_recorded_lists_are_ours(
    client: AsyncClient, database: Database, shop: RecordedShop, comparison: Comparison, storefront: dict[str, str]
) -> None:
    address = {"first_name": "Sam", "city": "San Francisco", "country_code": "us", "province": "ca"}
    cart_id = await new_cart(database, shop, "region_us", address, tee_m=12)
    ours = {"list_for_cart", "list_without_cart", "list_return_options"}
    for recording in recordings("store_shipping_options"):
        if recording.name in ours:
            comparison.learn(recording.path, cart_id)
            found = await differences(client, recording, comparison, storefront)
            assert (recording.name, found) == (recording.name, [])


async def test_the_list_of_the_guest_story_is_ours(
    client: AsyncClient, database: Database, shop: RecordedShop, comparison: Comparison, storefront: dict[str, str]
) -> None:
    cart_id = await new_cart(database, shop, "region_eu", BERLIN, tee_m=2, mug_v=2)
    recording = next(each for each in recordings("story_guest_checkout") if each.name == "07_list_shipping_options")
    comparison.learn(recording.path, cart_id)
    assert await differences(client, recording, comparison, storefront) == []


async def options(client: AsyncClient, headers: Mapping[str, str], cart_id: str, more: str = "") -> dict[str, Any]:
    answer = await client.get(f"/store/shipping-options?cart_id={cart_id}{more}", headers=headers)
    assert answer.status_code == 200, answer.text
    return {option["name"]: option for option in answer.json()["shipping_options"]}


async def test_a_price_rule_sees_the_value_of_the_items(
    client: AsyncClient, database: Database, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    amounts = {}
    for quantity in (9, 10):
        cart_id = await new_cart(database, shop, "region_eu", BERLIN, tee_m=quantity)
        standard = (await options(client, storefront, cart_id))["Standard EU"]
        amounts[quantity] = (standard["amount"], standard["calculated_price"]["calculated_amount"])
    assert amounts == {9: (9.5, 9.5), 10: (0, 0)}  # 10 shirts cost 210


async def test_stock_is_looked_for_at_the_options_location(
    client: AsyncClient, database: Database, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    cart_id = await new_cart(database, shop, "region_eu", BERLIN, rare_v=1, lamp_v=3)
    assert not (await options(client, storefront, cart_id))["Standard EU"]["insufficient_inventory"]
    async with database.reading() as connection:
        await run(
            connection,
            "UPDATE inventory_level SET stocked_quantity = 0 WHERE inventory_item_id = $1",
            shop.labels["rare_item"],
        )
    assert (await options(client, storefront, cart_id))["Standard EU"]["insufficient_inventory"]


async def test_without_an_address_every_zone_is_shown(
    client: AsyncClient, database: Database, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    cart_id = await new_cart(database, shop, "region_eu", {}, mug_v=1)
    assert {"Standard EU", "Standard US", "Pick up in Berlin"} <= (await options(client, storefront, cart_id)).keys()


async def test_a_choice_of_fields(
    client: AsyncClient, database: Database, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    cart_id = await new_cart(database, shop, "region_eu", BERLIN, mug_v=1)
    shown = await options(client, storefront, cart_id, "&fields=name,type.label,provider_id")
    assert shown["Standard EU"] == {
        "id": shop.labels["ship_eu"],
        "name": "Standard EU",
        "provider_id": "manual_manual",
        "type": {"id": shop.labels["option_type"], "label": "Standard"},
    }


async def test_the_list_costs_two_statements(
    client: AsyncClient, database: Database, app_database: Database, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    cart_id = await new_cart(database, shop, "region_eu", BERLIN, mug_v=1)
    await options(client, storefront, cart_id)  # the key is known from here on
    with recorded_statements(app_database) as sent:
        await options(client, storefront, cart_id)
    assert len(sent) == 2


async def test_a_cart_that_is_not_there(client: AsyncClient, storefront: dict[str, str]) -> None:
    answer = await client.get("/store/shipping-options?cart_id=cart_x", headers=storefront)
    assert (answer.status_code, json.loads(answer.text)["type"]) == (404, "not_found")


async def test_a_provider_is_told_the_lines_of_its_profile_and_asked_outside_of_transactions(
    client: AsyncClient,
    database: Database,
    shop: RecordedShop,
    storefront: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[PriceRequest] = []

    async def price(_self: RecordedFulfillment, request: PriceRequest) -> CalculatedPrice:
        told.append(request)
        async with database.reading() as connection:
            open_ = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
            assert [tuple(row) for row in await run(connection, open_)] == [(0,)]
        return CalculatedPrice(amount=Decimal("7.5"), is_tax_inclusive=True)

    monkeypatch.setattr(RecordedFulfillment, "calculate_price", price)
    cart_id = await new_cart(database, shop, "region_us", {"country_code": "us", "city": "Oakland"}, tee_m=2, sofa_v=1)
    body, path = {"cart_id": cart_id, "data": {"fast": 1.5}}, f"/store/shipping-options/{shop.labels['ship_weight']}"
    answer = await client.post(f"{path}/calculate", headers=storefront, json=body)
    option = answer.json()["shipping_option"]
    assert (option["amount"], option["is_tax_inclusive"]) == (7.5, True)
    assert option["calculated_price"] == {"calculated_amount": 7.5, "is_calculated_price_tax_inclusive": True}
    [request] = told
    assert [(item.sku, item.quantity) for item in request.items] == [("TEE-M", 2)]  # a sofa is shipped otherwise
    assert (request.option_data, request.data) == ({"id": "weight-standard"}, {"fast": 1.5})
    assert request.to_address is not None
    assert request.from_address is not None
    assert (request.to_address["city"], request.from_address["city"]) == ("Oakland", "Oakland")
    fewer = await client.post(f"{path}/calculate?fields=amount,provider.id", headers=storefront, json=body)
    assert fewer.json()["shipping_option"].keys() == {"id", "amount", "provider", "provider_id"}


async def test_what_cannot_be_calculated(
    client: AsyncClient, database: Database, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    cart_id = await new_cart(database, shop, "region_us", {"country_code": "us"}, tee_m=1)
    for option_id, body, status in (
        (shop.labels["ship_us"], {"cart_id": cart_id}, 400),  # its price is stored
        (shop.labels["ship_weight"], {"cart_id": "cart_x"}, 404),
        ("so_x", {"cart_id": cart_id}, 404),
        (shop.labels["ship_weight"], {}, 400),
    ):
        path = f"/store/shipping-options/{option_id}/calculate"
        assert (await client.post(path, headers=storefront, json=body)).status_code == status
