"""Cart routes beside the story: many lines at once, transfer to a customer, taxes that are asked for."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from kit.db import Database, run
from tests.support.storefront import Carts

ADDRESS = {"first_name": "Ada", "country_code": "de"}


async def test_many_lines_are_added_all_or_none(carts: Carts) -> None:
    cart_id = await carts.new(shipping_address=ADDRESS)
    items = [
        {"variant_id": carts.labels["tee_m"], "quantity": 2},
        {"variant_id": carts.labels["mug_v"], "quantity": 1},
        {"variant_id": carts.labels["mug_v"], "quantity": 2},
    ]
    refused = await carts.call(
        "POST", f"/carts/{cart_id}/line-items/batch", {"items": [*items, {"variant_id": "variant_x", "quantity": 1}]}
    )
    assert refused.status_code == 400
    assert (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]["items"] == []
    cart = (await carts.ok("POST", f"/carts/{cart_id}/line-items/batch", {"items": items}))["cart"]
    assert sorted(line["quantity"] for line in cart["items"]) == [2, 3]  # equal lines merge
    assert cart["total"] == pytest.approx(2 * 21 + 3 * 12.5 * 1.19)
    assert (await carts.call("POST", f"/carts/{cart_id}/line-items/batch", {"items": []})).status_code == 400


async def test_taxes_can_be_asked_for(carts: Carts, database: Database) -> None:
    cart_id = await carts.new()
    await carts.add(cart_id, "mug_v", 2)
    refused = await carts.call("POST", f"/carts/{cart_id}/taxes", {})
    assert (refused.status_code, "country" in refused.json()["message"]) == (400, True)
    await database.transact(lambda session: run(session, "UPDATE region SET automatic_taxes = false"))
    cart = (await carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": ADDRESS}))["cart"]
    assert cart["tax_total"] == 0
    cart = (await carts.ok("POST", f"/carts/{cart_id}/taxes", {}))["cart"]
    assert cart["tax_total"] == pytest.approx(25 * 0.19)


async def test_only_a_customer_takes_a_cart(
    carts: Carts, client: AsyncClient, customer: dict[str, str], database: Database
) -> None:
    cart_id = await carts.new(email="guest@example.com")
    await carts.add(cart_id, "mug_v", 1)
    assert (await carts.call("POST", f"/carts/{cart_id}/customer", {})).status_code == 401
    headers = {**customer, **carts.headers}
    taken = await client.post(f"/store/carts/{cart_id}/customer?fields=customer.email,email", json={}, headers=headers)
    assert taken.status_code == 200, taken.text
    cart = taken.json()["cart"]
    assert cart["email"] == cart["customer"]["email"] != "guest@example.com"
    async with database.reading() as connection:
        names = [row[0] for row in await run(connection, "SELECT name FROM outbox_event ORDER BY id")]
    assert names[-1] == "cart.customer_transferred"


async def test_a_new_cart_takes_an_address_that_the_customer_keeps_and_nobody_elses(
    carts: Carts, client: AsyncClient, customer: dict[str, str]
) -> None:
    home = {"first_name": "Carla", "address_1": "Weg 1", "city": "Berlin", "country_code": "DE", "postal_code": "10115"}
    headers = {**customer, **carts.headers}
    kept = await client.post("/store/customers/me/addresses", json=home, headers=headers)
    address_id = kept.json()["customer"]["addresses"][0]["id"]
    body = {"region_id": carts.labels["region_eu"], "shipping_address": address_id, "billing_address": address_id}
    made = await client.post("/store/carts", json=body, headers=headers)
    assert made.status_code == 200, made.text
    for kind in ("shipping_address", "billing_address"):
        address = made.json()["cart"][kind]
        assert {key: address[key] for key in home} == {**home, "country_code": "de"}
        assert address["id"] != address_id  # a copy: what the customer changes later does not move the cart
    for stranger in (carts.headers, headers | {"authorization": ""}):
        refused = await client.post("/store/carts", json=body, headers=stranger)
        assert (refused.status_code, refused.json()["type"]) == (404, "not_found")
    wrong = await client.post("/store/carts", json=body | {"shipping_address": "cuaddr_x"}, headers=headers)
    assert wrong.json()["message"] == "Address with id: cuaddr_x was not found"
