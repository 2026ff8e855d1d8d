"""When a cart's lines are priced anew, and when they are not (contract section 8, the last paragraph)."""

from __future__ import annotations

from typing import Any

import pytest

from kit.db import Database, run
from tests.support.people import People
from tests.support.storefront import Carts

DE = {"first_name": "Ada", "city": "Berlin", "country_code": "de", "postal_code": "10115"}
DEARER = "UPDATE price SET amount = amount + 1"


@pytest.fixture
async def cart_id(carts: Carts) -> str:
    """Return a cart of a tee (21) and a mug (12.5), to be shipped within Germany."""
    cart_id = await carts.new(shipping_address=DE, locale="de-DE", email="ada@example.com")
    await carts.add(cart_id, "tee_m")
    await carts.add(cart_id, "mug_v")
    await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_eu"]})
    return cart_id


async def dearer(database: Database) -> None:
    await database.transact(lambda session: run(session, DEARER))


async def prices(carts: Carts, cart_id: str) -> list[float]:
    cart = (await carts.ok("GET", f"/carts/{cart_id}?fields=items.unit_price"))["cart"]
    return [item["unit_price"] for item in cart["items"]]


@pytest.mark.parametrize(
    "body",
    [
        {"locale": "fr-FR"},
        {"locale": None},
        {"shipping_address": {**DE, "country_code": "fr"}},
        {"shipping_address": DE},  # a whole address is a new one, whatever it says
        {"shipping_address": None},
    ],
)
async def test_another_locale_or_place_prices_all_lines(
    carts: Carts, cart_id: str, database: Database, body: dict[str, Any]
) -> None:
    await dearer(database)
    assert await prices(carts, cart_id) == [21, 12.5]
    await carts.ok("POST", f"/carts/{cart_id}", body)
    assert await prices(carts, cart_id) == [22, 13.5]


@pytest.mark.parametrize(
    ("field", "expected"),
    [("postal_code", [22, 13.5]), ("city", [22, 13.5]), ("first_name", [21, 12.5]), ("phone", [21, 12.5])],
)
async def test_of_an_address_that_is_changed_in_place_only_what_taxes_look_at_prices(
    carts: Carts, cart_id: str, database: Database, field: str, expected: list[float]
) -> None:
    cart = (await carts.ok("GET", f"/carts/{cart_id}?fields=shipping_address.id"))["cart"]
    await dearer(database)
    await carts.ok(
        "POST", f"/carts/{cart_id}", {"shipping_address": {"id": cart["shipping_address"]["id"], field: "1"}}
    )
    assert await prices(carts, cart_id) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"metadata": {"a": 1}},
        {"email": "other@example.com"},
        {"billing_address": {"country_code": "fr"}},
        {"locale": "de-DE"},
        {"promo_codes": []},
        {},
    ],
)
async def test_other_changes_of_the_cart_do_not_price(
    carts: Carts, cart_id: str, database: Database, body: dict[str, Any]
) -> None:
    await dearer(database)
    await carts.ok("POST", f"/carts/{cart_id}", body)
    assert await prices(carts, cart_id) == [21, 12.5]


async def test_a_changed_line_is_priced_alone(carts: Carts, cart_id: str, database: Database) -> None:
    await dearer(database)
    await carts.add(cart_id, "mug_v")
    assert await prices(carts, cart_id) == [21, 13.5]
    await dearer(database)
    tee, mug = [item["id"] for item in (await carts.ok("GET", f"/carts/{cart_id}?fields=items.id"))["cart"]["items"]]
    await carts.ok("POST", f"/carts/{cart_id}/line-items/{tee}", {"quantity": 2})
    assert await prices(carts, cart_id) == [23, 13.5]
    await dearer(database)
    await carts.ok("DELETE", f"/carts/{cart_id}/line-items/{mug}")
    assert await prices(carts, cart_id) == [23]


async def test_shipping_codes_taxes_and_reading_do_not_price(carts: Carts, cart_id: str, database: Database) -> None:
    await dearer(database)
    await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_express"]})
    await carts.ok("POST", f"/carts/{cart_id}/promotions", {"promo_codes": []})
    await carts.ok("POST", f"/carts/{cart_id}/taxes", {})
    assert await prices(carts, cart_id) == [21, 12.5]


async def test_another_region_prices_all_lines_in_its_currency(carts: Carts, cart_id: str, database: Database) -> None:
    await dearer(database)
    cart = (await carts.ok("POST", f"/carts/{cart_id}", {"region_id": carts.labels["region_us"]}))["cart"]
    assert (cart["currency_code"], [item["unit_price"] for item in cart["items"]]) == ("usd", [28.99, 15])


async def test_a_transfer_prices_all_lines_for_the_groups_of_the_customer(
    carts: Carts, people: People, database: Database
) -> None:
    customer_id, headers = await people.account("vip@example.com")
    join = "INSERT INTO customer_group_customer (customer_id, customer_group_id) VALUES ($1, $2)"
    await database.transact(lambda session: run(session, join, customer_id, carts.labels["vip"]))
    cart_id = await carts.new(email="guest@example.com", shipping_address=DE)
    await carts.add(cart_id, "tee_s")
    await carts.add(cart_id, "mug_v", 3)
    assert await prices(carts, cart_id) == [18, 12.5]  # the sale's price, and the plain one
    login = {"authorization": headers["authorization"]}
    cart = (await carts.ok("POST", f"/carts/{cart_id}/customer", {}, **login))["cart"]
    assert [item["unit_price"] for item in cart["items"]] == [15, 13]  # overrides, though one is dearer
    assert (cart["email"], cart["customer"]["id"]) == ("vip@example.com", customer_id)
    mine = (await carts.ok("POST", "/carts", {"region_id": carts.labels["region_eu"]}, **login))["cart"]
    assert (mine["email"], mine["customer"]["id"]) == ("vip@example.com", customer_id)
    assert (await carts.add(mine["id"], "tee_s"))["items"][0]["unit_price"] == 15


async def test_a_sale_shows_what_the_price_was(carts: Carts) -> None:
    cart_id = await carts.new()
    for variant in ("tee_s", "tee_m"):
        cart = await carts.add(cart_id, variant)
    assert [(item["unit_price"], item["compare_at_unit_price"]) for item in cart["items"]] == [(18, 20), (21, None)]


async def test_a_price_may_be_for_a_place(carts: Carts, cart_id: str, database: Database) -> None:
    french = """WITH p AS (INSERT INTO price (id, currency_code, amount, price_set_id, rules_count)
      SELECT 'price_fr', 'eur', 30, price_set_id, 2 FROM price JOIN price_rule r ON r.price_id = price.id
      WHERE amount = 21 AND attribute = 'region_id' RETURNING id)
    INSERT INTO price_rule (id, attribute, value, price_id, operator, priority)
    SELECT attribute, attribute, value, id, 'eq', 0 FROM p CROSS JOIN (VALUES
      ('region_id', $1), ('shipping_address.country_code', 'fr')) rule(attribute, value)"""
    await database.transact(lambda session: run(session, french, carts.labels["region_eu"]))
    await carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": {**DE, "country_code": "fr"}})
    assert await prices(carts, cart_id) == [30, 12.5]
    await carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": DE})
    assert await prices(carts, cart_id) == [21, 12.5]


async def test_a_price_by_hand_is_kept_but_not_in_another_region(
    carts: Carts, cart_id: str, database: Database
) -> None:
    by_hand = "UPDATE cart_line_item SET is_custom_price = true, unit_price = 5 WHERE unit_price = 12.5"
    await database.transact(lambda session: run(session, by_hand))
    await dearer(database)
    await carts.ok("POST", f"/carts/{cart_id}", {"locale": "fr-FR"})
    assert await prices(carts, cart_id) == [22, 5]
    cart = await carts.add(cart_id, "mug_v")
    assert [item["unit_price"] for item in cart["items"]] == [22, 5, 13.5]  # which is no equal line
    cart = (await carts.ok("POST", f"/carts/{cart_id}", {"region_id": carts.labels["region_us"]}))["cart"]
    assert [item["unit_price"] for item in cart["items"]] == [28.99, 15]


async def test_what_has_no_price_there_refuses_the_change_whole(carts: Carts, cart_id: str, database: Database) -> None:
    await database.transact(lambda session: run(session, "DELETE FROM price_rule"))
    await database.transact(lambda session: run(session, "DELETE FROM price WHERE currency_code = 'usd'"))
    refused = await carts.call("POST", f"/carts/{cart_id}", {"region_id": carts.labels["region_us"]})
    assert refused.status_code == 400
    assert refused.json()["message"].endswith("do not have a price")
    cart = (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]
    assert (cart["currency_code"], cart["region_id"]) == ("eur", carts.labels["region_eu"])
