"""`/store/shipping-options`: the recorded answers, prices by the cart's value, stock at the option's location."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from httpx2 import AsyncClient

from commerce.cart.rules import NewItem
from kit.db import Database, run
from operations.create_cart import NewCart, create_cart
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
