"""`/store/carts`: lines, addresses, shipping, region; what is refused changes nothing (contract section 11)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.state import State
from kit.db import Database, run, value
from operations.load_cart import load_cart
from operations.price_cart import published_total, total_cart
from operations.recheck_cart import recheck_cart
from tests.support.statements import recorded_statements
from tests.support.storefront import Carts

ADDRESS = {"first_name": "Greta", "city": "Berlin", "country_code": "de", "postal_code": "10115"}


async def totals(carts: Carts, cart_id: str) -> Any:  # noqa: ANN401 - JSON
    return (await carts.ok("GET", f"/carts/{cart_id}?fields=total,subtotal,tax_total,items.quantity"))["cart"]


class TestCreate:
    async def test_lines_addresses_and_email_may_come_at_once(self, carts: Carts) -> None:
        item = {"variant_id": carts.labels["tee_m"], "quantity": 2}
        body = {"email": "a@example.com", "shipping_address": ADDRESS, "items": [item], "metadata": {"src": 1.5}}
        cart = (await carts.ok("POST", "/carts", {"region_id": carts.labels["region_eu"], **body}))["cart"]
        assert (cart["total"], cart["item_total"], cart["email"]) == (42, 42, "a@example.com")
        assert cart["items"][0]["tax_lines"][0]["rate"] == 19
        assert cart["customer"]["email"] == "a@example.com"
        assert cart["metadata"] == {"src": 1.5}

    async def test_one_guest_per_email(self, carts: Carts) -> None:
        first, second = [await carts.new(email="same@example.com") for _ in range(2)]
        customers = [
            (await carts.ok("GET", f"/carts/{id_}?fields=customer.id"))["cart"]["customer"]["id"]
            for id_ in (first, second)
        ]
        assert customers[0] == customers[1]

    @pytest.mark.parametrize(
        ("body", "status", "message"),
        [
            ({"region_id": "reg_x"}, 404, "No regions found"),
            ({"currency_code": "usd"}, 400, "Currency code usd does not match the region's currency code eur"),
            ({"foo": 1}, 400, "Invalid request: Unrecognized fields: 'foo'"),
            ({"email": "nope"}, 400, "Invalid request: Invalid email address"),
            ({"shipping_address": {"country_code": "us"}}, 400, "Country with code us is not within region Europe"),
            ({"items": [{"variant_id": "variant_nope", "quantity": 1}]}, 400, "Variants variant_nope do not exist"),
        ],
    )
    async def test_what_is_refused(
        self, carts: Carts, database: Database, body: dict[str, Any], status: int, message: str
    ) -> None:
        response = await carts.call("POST", "/carts", {"region_id": carts.labels["region_eu"], **body})
        assert response.status_code == status
        assert response.json()["message"].startswith(message)
        async with database.reading() as connection:
            assert await value(connection, "SELECT count(*) FROM cart") == 0

    async def test_a_foreign_sales_channel_has_an_envelope_of_its_own(self, carts: Carts) -> None:
        response = await carts.call("POST", "/carts", {"sales_channel_id": carts.labels["channel_b2b"]})
        assert response.status_code == 400
        assert "is not associated with the Publishable API Key" in response.json()["errors"][0]


class TestLines:
    async def test_equal_lines_merge_and_others_do_not(self, carts: Carts) -> None:
        cart_id = await carts.new()
        await carts.add(cart_id, "mug_v", metadata={"engraving": 0.1})
        await carts.add(cart_id, "mug_v", metadata={"engraving": 0.1})
        cart = await carts.add(cart_id, "mug_v")
        assert sorted(item["quantity"] for item in cart["items"]) == [1, 2]

    async def test_a_tier_price_follows_the_quantity(self, carts: Carts) -> None:
        cart_id = (await carts.ok("POST", "/carts", {"region_id": carts.labels["region_us"]}))["cart"]["id"]
        prices = []
        for _ in range(3):
            cart = await carts.add(cart_id, "tee_m", 4)
            prices.append(cart["items"][0]["unit_price"])
        assert prices[0] > prices[1] > prices[2]

    async def test_quantity_zero_and_delete_remove(self, carts: Carts) -> None:
        cart_id = await carts.new()
        line = (await carts.add(cart_id, "tee_m"))["items"][0]["id"]
        other = (await carts.add(cart_id, "mug_v"))["items"][1]["id"]
        cart = (await carts.ok("POST", f"/carts/{cart_id}/line-items/{line}", {"quantity": 0}))["cart"]
        assert [item["id"] for item in cart["items"]] == [other]
        for _ in range(2):  # again is no error
            gone = await carts.ok("DELETE", f"/carts/{cart_id}/line-items/{other}")
            assert (gone["id"], gone["object"], gone["deleted"]) == (other, "line-item", True)
            assert gone["parent"]["items"] == []
            assert gone["parent"]["total"] == 0

    @pytest.mark.parametrize(
        ("variant", "quantity", "status", "code"),
        [
            ("rare_v", 2, 400, "insufficient_inventory"),
            ("lamp_v", 50, 200, None),
            ("kit_v", 11, 400, "insufficient_inventory"),
        ],
    )
    async def test_stock_limits_what_may_be_added(
        self, carts: Carts, variant: str, quantity: int, status: int, code: str | None
    ) -> None:
        cart_id = await carts.new()
        label = variant if variant in carts.labels else variant.removesuffix("_v")
        line = {"variant_id": carts.labels[label], "quantity": quantity}
        response = await carts.call("POST", f"/carts/{cart_id}/line-items", line)
        assert response.status_code == status, response.text
        assert response.json().get("code") == code

    async def test_an_unknown_line_is_404_and_an_unknown_cart_too(self, carts: Carts) -> None:
        cart_id = await carts.new()
        line = await carts.call("POST", f"/carts/{cart_id}/line-items/cali_x", {"quantity": 1})
        assert (line.status_code, line.json()["message"]) == (404, "Line item with id: cali_x was not found")
        body = {"variant_id": carts.labels["mug_v"], "quantity": 1}
        cart = await carts.call("POST", "/carts/cart_nope/line-items", body)
        assert (cart.status_code, cart.json()["message"]) == (404, "Cart id not found: cart_nope")

    async def test_parallel_adds_all_count(self, carts: Carts) -> None:
        cart_id = await carts.new()
        await asyncio.gather(*[carts.add(cart_id, "tee_m") for _ in range(6)])
        assert (await totals(carts, cart_id))["items"][0]["quantity"] == 6

    async def test_as_many_statements_for_fifty_lines_as_for_one(self, carts: Carts, state: State) -> None:
        cart_id = await carts.new(shipping_address=ADDRESS)
        await carts.add(cart_id, "mug_v")
        await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_eu"]})

        async def sent() -> list[str]:
            with recorded_statements(state.database) as statements:
                await carts.add(cart_id, "mug_v", metadata={"n": 0})
            return statements

        few = await sent()
        for number in range(1, 50):
            await carts.add(cart_id, "mug_v", metadata={"n": number})
        many = await sent()
        assert len(few) == len(many) <= 8, few


class TestUpdate:
    async def test_an_address_replaces_or_with_its_id_changes(self, carts: Carts) -> None:
        cart_id = await carts.new(shipping_address=ADDRESS)
        path = f"/carts/{cart_id}"
        first = (await carts.ok("GET", path))["cart"]["shipping_address"]
        changed = {"shipping_address": {"id": first["id"], "city": "Hamburg"}}
        same = (await carts.ok("POST", path, changed))["cart"]["shipping_address"]
        assert (same["id"], same["city"], same["first_name"]) == (first["id"], "Hamburg", "Greta")
        whole = (await carts.ok("POST", path, {"shipping_address": {"country_code": "fr"}}))["cart"]["shipping_address"]
        assert whole["id"] != first["id"]
        assert (whole["first_name"], whole["country_code"]) == (None, "fr")

    async def test_another_country_is_another_tax(self, carts: Carts) -> None:
        cart_id = await carts.new(shipping_address=ADDRESS)
        await carts.add(cart_id, "mug_v", 2)
        assert (await totals(carts, cart_id))["tax_total"] == 4.75
        cart = (await carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": {"country_code": "fr"}}))["cart"]
        assert cart["tax_total"] == 5

    async def test_another_region_reprices_and_drops_address_and_shipping(self, carts: Carts) -> None:
        cart_id = await carts.new(shipping_address=ADDRESS)
        await carts.add(cart_id, "tee_m")
        await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_eu"]})
        cart = (await carts.ok("POST", f"/carts/{cart_id}", {"region_id": carts.labels["region_us"]}))["cart"]
        assert cart["currency_code"] == "usd"
        assert cart["shipping_methods"] == []
        assert cart["shipping_address"]["country_code"] == "us"  # the region's only country
        assert cart["items"][0]["unit_price"] != 21

    async def test_metadata_merges_and_an_empty_string_removes(self, carts: Carts) -> None:
        cart_id = await carts.new(metadata={"a": 1, "b": 2})
        cart = (await carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": "", "c": 3}}))["cart"]
        assert cart["metadata"] == {"b": 2, "c": 3}

    async def test_a_foreign_country_is_refused(self, carts: Carts) -> None:
        cart_id = await carts.new()
        response = await carts.call("POST", f"/carts/{cart_id}", {"shipping_address": {"country_code": "us"}})
        assert response.status_code == 400
        assert response.json()["message"] == "Country with code us is not within region Europe"


class TestShipping:
    async def test_a_method_of_the_same_profile_is_replaced(self, carts: Carts) -> None:
        cart_id = await carts.new(shipping_address=ADDRESS)
        await carts.add(cart_id, "tee_m")
        path = f"/carts/{cart_id}/shipping-methods"
        for label in ("ship_eu", "ship_express"):
            option = {"option_id": carts.labels[label]}
            cart = (await carts.ok("POST", path, option))["cart"]
        assert len(cart["shipping_methods"]) == 1
        assert cart["shipping_total"] == 24

    async def test_free_shipping_is_a_price_for_carts_that_are_worth_it(self, carts: Carts) -> None:
        cart_id = await carts.new(shipping_address=ADDRESS)
        line = (await carts.add(cart_id, "tee_m"))["items"][0]["id"]
        option = {"option_id": carts.labels["ship_eu"]}
        cart = (await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", option))["cart"]
        assert cart["shipping_total"] == 9.5
        cart = (await carts.ok("POST", f"/carts/{cart_id}/line-items/{line}", {"quantity": 10}))["cart"]
        assert cart["shipping_total"] == 0

    async def test_an_option_of_elsewhere_is_refused(self, carts: Carts) -> None:
        cart_id = await carts.new(shipping_address=ADDRESS)
        await carts.add(cart_id, "tee_m")
        response = await carts.call(
            "POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_us"]}
        )
        assert response.status_code == 400
        assert response.json()["message"] == "Shipping Options are invalid for cart."


class TestStoredTotals:
    async def test_what_is_stored_is_what_the_calculator_says(self, carts: Carts, database: Database) -> None:
        cart_id = await carts.new(shipping_address=ADDRESS)
        await carts.add(cart_id, "tee_m", 3)
        await carts.add(cart_id, "mug_v", 2)
        await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_eu"]})
        loaded = await database.transact(lambda session: load_cart(session, cart_id))
        async with database.reading() as connection:
            stored = await value(connection, "SELECT (totals ->> 'total')::numeric FROM cart WHERE id = $1", cart_id)
        assert stored == published_total(total_cart(loaded.state))

    async def test_every_write_is_one_event(self, carts: Carts, database: Database) -> None:
        cart_id = await carts.new()
        await carts.add(cart_id, "tee_m")
        await carts.ok("POST", f"/carts/{cart_id}", {"region_id": carts.labels["region_us"]})
        async with database.reading() as connection:
            rows = await run(connection, "SELECT name FROM outbox_event WHERE name LIKE 'cart.%' ORDER BY id")
        assert [row.name for row in rows] == ["cart.created", "cart.updated", "cart.region_updated", "cart.updated"]


class TestRecheck:
    async def test_free_shipping_that_is_gone_is_noticed_though_it_cost_nothing(
        self, carts: Carts, database: Database
    ) -> None:
        cart_id = await carts.new(shipping_address=ADDRESS)
        await carts.add(cart_id, "tee_m", 10)
        option = carts.labels["ship_eu"]
        cart = (await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": option}))["cart"]
        assert cart["shipping_total"] == 0
        assert await database.transact(lambda session: recheck_cart(session, cart_id))
        gone = "UPDATE shipping_option SET deleted_at = now() WHERE id = $1"
        await database.transact(lambda session: run(session, gone, option))
        assert not await database.transact(lambda session: recheck_cart(session, cart_id))
        assert (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]["shipping_methods"] == []
