"""A cart from its creation to its completion, sentence by sentence of contract section 11, where no other test is."""

from __future__ import annotations

from typing import Any, Final

import pytest

from kit.db import Database, run, value
from tests.support.people import People
from tests.support.storefront import Carts

DE: Final = {"first_name": "Ada", "country_code": "de"}


async def change(database: Database, sql: str, *params: object) -> None:
    await database.transact(lambda session: run(session, sql, *params))


class TestCreate:
    async def test_nothing_is_needed(self, carts: Carts) -> None:
        made = await carts.client.post("/store/carts", headers=carts.headers)
        assert made.status_code == 200, made.text
        cart = made.json()["cart"]
        assert (cart["region_id"], cart["currency_code"]) == (carts.labels["region_eu"], "eur")
        assert (cart["email"], cart["items"], cart["shipping_address"], cart["total"]) == (None, [], None, 0)
        assert cart["sales_channel_id"] == carts.labels["sales_channel"]

    async def test_without_a_default_region_there_is_none(self, carts: Carts, database: Database) -> None:
        await change(database, "UPDATE store SET default_region_id = NULL")
        refused = await carts.call("POST", "/carts", {})
        assert (refused.status_code, refused.json()["message"]) == (404, "No regions found")

    async def test_the_only_country_of_a_region_is_its_address(self, carts: Carts) -> None:
        body = {"region_id": carts.labels["region_us"]}
        address = (await carts.ok("POST", "/carts", body))["cart"]["shipping_address"]
        assert (address["country_code"], address["city"]) == ("us", None)
        given = {**body, "shipping_address": {"city": "Austin"}}
        address = (await carts.ok("POST", "/carts", given))["cart"]["shipping_address"]
        assert (address["country_code"], address["city"]) == (None, "Austin")

    async def test_a_disabled_channel_takes_no_cart(self, carts: Carts, database: Database) -> None:
        cart_id = await carts.new()
        await change(database, "UPDATE sales_channel SET is_disabled = true")
        message = "Unable to assign cart to disabled Sales Channel: "
        for path in ("/carts", f"/carts/{cart_id}"):
            refused = await carts.call("POST", path, {"sales_channel_id": carts.labels["sales_channel"]})
            assert (refused.status_code, refused.json()["message"].startswith(message)) == (400, True)

    async def test_a_cart_does_not_move_to_a_channel_that_is_not_the_keys(self, carts: Carts) -> None:
        cart_id = await carts.new()
        refused = await carts.call("POST", f"/carts/{cart_id}", {"sales_channel_id": carts.labels["channel_b2b"]})
        assert refused.status_code == 400
        assert "is not associated with the Publishable API Key" in refused.json()["errors"][0]

    async def test_a_cart_moves_to_another_channel_of_the_key(self, carts: Carts, database: Database) -> None:
        first, second = carts.labels["sales_channel"], carts.labels["channel_b2b"]
        link = "INSERT INTO api_key_sales_channel (api_key_id, sales_channel_id) SELECT id, $1 FROM api_key"
        await change(database, f"{link} WHERE token = $2", second, carts.headers["x-publishable-api-key"])
        cart_id = await carts.new(sales_channel_id=first)
        moved = (await carts.ok("POST", f"/carts/{cart_id}", {"sales_channel_id": second}))["cart"]
        assert moved["sales_channel_id"] == second


class TestLines:
    async def test_only_what_is_published_is_sold_in_whatever_channel_it_is(
        self, carts: Carts, database: Database
    ) -> None:
        cart_id = await carts.new()
        await change(database, "DELETE FROM product_sales_channel")
        await carts.add(cart_id, "mug_v")
        await change(database, "UPDATE product SET status = 'draft'")
        line = {"variant_id": carts.labels["mug_v"], "quantity": 1}
        for path in (f"/carts/{cart_id}/line-items", "/carts"):
            body = line if path.startswith("/carts/") else {"region_id": carts.labels["region_eu"], "items": [line]}
            refused = await carts.call("POST", path, body)
            assert refused.status_code == 400
            assert refused.json()["message"].endswith("do not exist or belong to a product that is not published")

    async def test_a_line_is_a_snapshot(self, carts: Carts, database: Database) -> None:
        cart_id = await carts.new()
        line = (await carts.add(cart_id, "tee_s", metadata={"gift": True}))["items"][0]
        expected = {
            "title": "Organic Tee",
            "product_title": "Organic Tee",
            "product_subtitle": "Soft",
            "product_description": "An organic tee",
            "product_handle": "organic-tee",
            "product_type": "apparel",
            "product_collection": "Summer 2026",
            "variant_title": "S / Black",
            "variant_sku": "TEE-S",
            "variant_barcode": "4001",
            "is_giftcard": False,
            "requires_shipping": True,
            "metadata": {"gift": True},
        }
        assert {name: line[name] for name in expected} == expected
        await change(database, "UPDATE product SET title = 'Renamed', handle = id, subtitle = NULL")
        await change(database, "UPDATE product_variant SET title = 'Renamed', sku = NULL")
        cart = (await carts.ok("POST", f"/carts/{cart_id}/line-items/{line['id']}", {"quantity": 2}))["cart"]
        assert {name: cart["items"][0][name] for name in expected} == expected

    async def test_what_needs_no_shipping_and_what_takes_no_discount(self, carts: Carts) -> None:
        cart_id = await carts.new()
        for variant in ("ebook_v", "gold_v", "giftcard_v"):
            await carts.add(cart_id, variant)
        fields = "fields=items.requires_shipping,items.is_discountable,items.is_giftcard"
        items = (await carts.ok("GET", f"/carts/{cart_id}?{fields}"))["cart"]["items"]
        assert [(i["requires_shipping"], i["is_discountable"], i["is_giftcard"]) for i in items] == [
            (False, True, False),
            (True, False, False),
            (False, False, True),
        ]

    async def test_metadata_of_a_line_merges(self, carts: Carts) -> None:
        cart_id = await carts.new()
        line = (await carts.add(cart_id, "mug_v", metadata={"a": 1, "b": 2}))["items"][0]["id"]
        body = {"quantity": 1, "metadata": {"a": "", "c": 3}}
        cart = (await carts.ok("POST", f"/carts/{cart_id}/line-items/{line}", body))["cart"]
        assert cart["items"][0]["metadata"] == {"b": 2, "c": 3}


class TestUpdate:
    async def test_a_guest_is_whoever_the_email_says(self, carts: Carts, people: People) -> None:
        account, _ = await people.account("ada@example.com")
        cart_id = await carts.new(email="bob@example.com")
        bob = (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]["customer"]["id"]
        cart = (await carts.ok("POST", f"/carts/{cart_id}", {"email": "ada@example.com"}))["cart"]
        assert cart["customer"]["email"] == cart["email"] == "ada@example.com"
        assert cart["customer"]["id"] not in {account, bob}  # nobody becomes an account by naming its address
        rows = await people.rows(
            "SELECT has_account FROM customer WHERE email = 'ada@example.com' ORDER BY has_account"
        )
        assert rows == [(False,), (True,)]
        back = (await carts.ok("POST", f"/carts/{cart_id}", {"email": "bob@example.com"}))["cart"]
        assert back["customer"]["id"] == bob

    async def test_the_cart_of_an_account_keeps_it(self, carts: Carts, people: People) -> None:
        account, headers = await people.account("ada@example.com")
        body = {"region_id": carts.labels["region_eu"]}
        login = {"authorization": headers["authorization"]}
        cart_id = (await carts.ok("POST", "/carts", body, **login))["cart"]["id"]
        cart = (await carts.ok("POST", f"/carts/{cart_id}", {"email": "office@example.com"}))["cart"]
        assert (cart["email"], cart["customer"]["id"]) == ("office@example.com", account)
        assert cart["customer"]["email"] == "ada@example.com"

    async def test_a_country_code_is_lower_case(self, carts: Carts) -> None:
        cart_id = await carts.new()
        for body in ({"shipping_address": {"country_code": "DE"}}, {"shipping_address": {"country_code": "jp"}}):
            refused = await carts.call("POST", f"/carts/{cart_id}", body)
            code = body["shipping_address"]["country_code"]
            assert refused.json()["message"] == f"Country with code {code} is not within region Europe"

    async def test_a_region_that_does_not_tax_by_itself_takes_no_taxes_along(
        self, carts: Carts, database: Database
    ) -> None:
        cart_id = await carts.new(shipping_address=DE)
        assert (await carts.add(cart_id, "mug_v"))["tax_total"] > 0
        cart = (await carts.ok("POST", f"/carts/{cart_id}", {"region_id": carts.labels["region_jp"]}))["cart"]
        assert (cart["tax_total"], cart["items"][0]["tax_lines"]) == (0, [])
        await change(database, "UPDATE region SET automatic_taxes = false")
        cart_id = await carts.new(shipping_address=DE)
        await carts.add(cart_id, "mug_v")
        asked = (await carts.ok("POST", f"/carts/{cart_id}/taxes", {}))["cart"]
        kept = (await carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 1}, "locale": "fr"}))["cart"]
        assert asked["tax_total"] == kept["tax_total"] > 0
        moved = (await carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": {"country_code": "fr"}}))["cart"]
        assert moved["tax_total"] == 0  # Germany's are not France's: to be asked for again

    async def test_an_address_of_the_new_region_may_come_with_it(self, carts: Carts) -> None:
        cart_id = await carts.new(shipping_address=DE)
        body = {"region_id": carts.labels["region_us"], "shipping_address": {"country_code": "us", "province": "ca"}}
        address = (await carts.ok("POST", f"/carts/{cart_id}", body))["cart"]["shipping_address"]
        assert (address["country_code"], address["province"], address["first_name"]) == ("us", "ca", None)
        await carts.ok("POST", f"/carts/{cart_id}", {"region_id": carts.labels["region_eu"]})
        assert (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]["shipping_address"] is None

    async def test_an_unknown_region_changes_nothing(self, carts: Carts) -> None:
        cart_id = await carts.new(shipping_address=DE)
        refused = await carts.call("POST", f"/carts/{cart_id}", {"region_id": "reg_x", "email": "new@example.com"})
        assert (refused.status_code, refused.json()["message"]) == (404, "No regions found")
        assert (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]["email"] is None


async def test_reading_changes_nothing(carts: Carts, database: Database) -> None:
    cart_id = await carts.new(shipping_address=DE)
    await carts.add(cart_id, "mug_v")
    await change(database, "UPDATE price SET amount = amount + 1")
    await change(database, "UPDATE tax_rate SET rate = rate + 1")
    row = "SELECT row_to_json(c)::text FROM cart c"
    async with database.reading() as connection:
        before = await value(connection, row)
    first, second = [(await carts.ok("GET", f"/carts/{cart_id}")) for _ in range(2)]
    assert first == second
    async with database.reading() as connection:
        assert await value(connection, row) == before


async def test_credit_lines_are_shown_and_lower_the_total_without_tax(carts: Carts, database: Database) -> None:
    cart_id = await carts.new(shipping_address=DE)
    line = (await carts.add(cart_id, "tee_m", 2))["items"][0]["id"]
    await carts.session(cart_id)
    credit = "INSERT INTO cart_credit_line (id, cart_id, reference, reference_id, amount) VALUES ($1, $2, $3, $4, $5)"
    await change(database, credit, "cacl_1", cart_id, "gift-card", "gc_1", 10)
    await change(database, credit, "cacl_2", cart_id, "store-credit", "sc_1", 2.5)
    cart = (await carts.ok("POST", f"/carts/{cart_id}/line-items/{line}", {"quantity": 3}))["cart"]
    shown = [(each["reference"], each["reference_id"], each["amount"]) for each in cart["credit_lines"]]
    assert shown == [("gift-card", "gc_1", 10), ("store-credit", "sc_1", 2.5)]
    credits_ = (cart["credit_line_total"], cart["credit_line_subtotal"], cart["credit_line_tax_total"])
    assert credits_ == (12.5, 12.5, 0)
    assert (cart["item_total"], cart["original_total"], cart["total"]) == (63, 63, 50.5)
    assert cart["total"] == pytest.approx(
        cart["subtotal"] - cart["discount_subtotal"] + cart["tax_total"] - cart["credit_line_total"]
    )
    assert cart["payment_collection"]["amount"] == 50.5
    await change(database, "DELETE FROM cart_credit_line WHERE id = 'cacl_1'")
    await change(database, "UPDATE cart_credit_line SET amount = 0.004")  # less than a cent counts as nothing
    cart = (await carts.ok("POST", f"/carts/{cart_id}/line-items/{line}", {"quantity": 2}))["cart"]
    assert (cart["credit_line_total"], cart["total"]) == (0, 42)


WRITES: Final[list[tuple[str, str, Any]]] = [
    ("POST", "/carts/{cart}", {"email": "x@y.de"}),
    ("POST", "/carts/{cart}", {"region_id": "{region_us}"}),
    ("POST", "/carts/{cart}", {"promo_codes": ["TEN"]}),
    ("POST", "/carts/{cart}/line-items", {"variant_id": "{mug_v}", "quantity": 1}),
    ("POST", "/carts/{cart}/line-items/batch", {"items": [{"variant_id": "{mug_v}", "quantity": 1}]}),
    ("POST", "/carts/{cart}/line-items/{line}", {"quantity": 2}),
    ("DELETE", "/carts/{cart}/line-items/{line}", None),
    ("DELETE", "/carts/{cart}/line-items/cali_gone", None),
    ("POST", "/carts/{cart}/promotions", {"promo_codes": ["TEN"]}),
    ("POST", "/carts/{cart}/promotions", {"promo_codes": []}),
    ("DELETE", "/carts/{cart}/promotions", {"promo_codes": ["TEN"]}),
    ("POST", "/carts/{cart}/shipping-methods", {"option_id": "{ship_eu}"}),
    ("POST", "/carts/{cart}/taxes", {}),
    ("POST", "/carts/{cart}/customer", {}),
    ("POST", "/payment-collections", {"cart_id": "{cart}"}),
    ("POST", "/payment-collections/{collection}/payment-sessions", {"provider_id": "pp_system_default"}),
]


async def test_every_write_to_a_completed_cart_is_refused(carts: Carts, people: People, database: Database) -> None:
    """The route table below is held against the application's own, so that no write of a cart is left out."""
    _, headers = await people.account("ada@example.com")
    cart_id = await carts.new(email="bob@example.com", shipping_address=DE)
    line = (await carts.add(cart_id, "mug_v"))["items"][0]["id"]
    collection = (await carts.session(cart_id))["id"]
    await change(database, "UPDATE cart SET completed_at = now()")
    before = (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]
    assert before["completed_at"] is not None
    names = {**carts.labels, "cart": cart_id, "line": line, "collection": collection}
    for method, path, body in WRITES:
        refused = await carts.call(
            method, _filled(path, names), _filled(body, names), authorization=headers["authorization"]
        )
        told = {"type": "invalid_data", "message": f"Cart {cart_id} is already completed."}
        assert (refused.status_code, refused.json()) == (400, told), (method, path)
    assert (await carts.ok("GET", f"/carts/{cart_id}"))["cart"] == before


def test_no_write_of_a_cart_is_left_out(carts: Carts) -> None:
    routes = carts.client._transport.app.openapi()["paths"]  # type: ignore[attr-defined]  # an ASGITransport
    writes = {
        (method.upper(), path.removeprefix("/store").replace("{id}", "{cart}").replace("{line_id}", "{line}"))
        for path, methods in routes.items()
        for method in methods
        if path.startswith("/store/carts/{id}") and method != "get"
    }
    later = {("POST", "/carts/{cart}/complete")}  # answers the order that there is
    assert writes - later <= {(method, path) for method, path, _ in WRITES}


def _filled(given: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(given, dict):
        return {key: _filled(each, names) for key, each in given.items()}
    if isinstance(given, list):
        return [_filled(each, names) for each in given]
    return given.format(**names) if isinstance(given, str) else given
