"""Shipping whose price a provider calculates, on carts (contract section 12; docs/adr/0010)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from httpx2 import Response

from api.state import State
from commerce.fulfillment.port import CalculatedPrice
from kit.db import Database, run
from tests.support.outside_shop import Outside, outside, plugins
from tests.support.statements import recorded_statements

__all__ = ["outside", "plugins"]
pytestmark = pytest.mark.usefixtures("plugins")  # before the application

IDLE = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"


async def try_to_ship(outside: Outside, cart_id: str, data: dict[str, object] | None = None) -> Response:
    body = {"option_id": outside.carts.labels["ship_weight"], "data": data or {}}
    return await outside.carts.call("POST", f"/carts/{cart_id}/shipping-methods", body)


class TestPrice:
    async def test_is_asked_for_outside_of_the_transaction_and_holds_the_cart_for_nobody(
        self, outside: Outside, database: Database
    ) -> None:
        open_: list[int] = []

        async def look() -> None:
            async with database.reading() as connection:
                open_.extend(row[0] for row in await run(connection, IDLE))

        outside.courier.mood.meanwhile = look
        cart_id = await outside.cart(2)
        cart = await outside.ship(cart_id, {"note": "x"})
        [method] = cart["shipping_methods"]
        assert (method["amount"], cart["shipping_subtotal"], cart["unconfirmed"]) == (3, 3, None)
        assert open_ == [0]
        [asked] = outside.courier.mood.asked
        assert [(item.sku, item.quantity) for item in asked.items] == [("TEE-M", 2)]
        assert (asked.option_data, asked.data) == ({"id": "moody"}, {"note": "x", "checked": "moody"})
        assert (asked.currency_code, asked.to_address["city"]) == ("usd", "Oakland")

    async def test_follows_lines_and_address_and_is_asked_for_once_for_each_state(self, outside: Outside) -> None:
        cart_id, asked = await outside.shipped(2), outside.courier.mood.asked
        line = (await outside.show(cart_id))["items"][0]["id"]
        path = f"/carts/{cart_id}"
        await outside.carts.ok("POST", path, {"email": "ada@example.com", "metadata": {"a": 1}})
        await outside.carts.ok("POST", f"{path}/promotions", {"promo_codes": []})
        assert asked == []
        cart = (await outside.carts.ok("POST", f"{path}/line-items/{line}", {"quantity": 4}))["cart"]
        assert (cart["shipping_subtotal"], len(asked)) == (6, 1)
        cart = await outside.carts.add(cart_id, "tee_s")
        assert (cart["shipping_subtotal"], len(asked)) == (7.5, 2)
        await outside.carts.ok("POST", path, {"shipping_address": {"country_code": "us", "city": "Fresno"}})
        assert [request.to_address["city"] for request in asked] == ["Oakland", "Oakland", "Fresno"]
        gone = await outside.carts.ok("DELETE", f"{path}/line-items/{line}")
        assert gone["parent"]["shipping_subtotal"] == 1.5

    async def test_is_with_tax_where_the_provider_says_so(self, outside: Outside) -> None:
        outside.courier.says = CalculatedPrice(amount=Decimal("10.725"), is_tax_inclusive=True)
        cart = await outside.ship(await outside.cart(1))
        assert cart["shipping_methods"][0]["is_tax_inclusive"] is True
        assert (cart["shipping_subtotal"], cart["shipping_total"]) == (pytest.approx(10), pytest.approx(10.725))

    async def test_costs_as_many_statements_as_a_stored_price(self, outside: Outside, state: State) -> None:
        cart_id = await outside.shipped(1)
        await outside.carts.ok("POST", f"/carts/{cart_id}", {"email": "ada@example.com"})
        with recorded_statements(state.database) as sent:
            await outside.carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 1}})
        calculated = len(sent)
        option = outside.carts.labels["ship_us"]
        await outside.carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": option})
        with recorded_statements(state.database) as sent:
            await outside.carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 2}})
        assert calculated == len(sent)  # what the provider would be asked, or the stored price


class TestTrouble:
    @pytest.mark.parametrize("trouble", ["fails", "silent", "nonsense", "gone"])
    async def test_a_price_that_nobody_tells_is_not_added(
        self, outside: Outside, state: State, trouble: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cart_id = await outside.cart(2)
        before = await outside.show(cart_id)
        match trouble:
            case "fails":
                outside.courier.fail()
            case "silent":
                outside.courier.mood.is_silent = True
                monkeypatch.setattr("activities.outside.DEADLINE", 0.1)
            case "nonsense":
                outside.courier.says = CalculatedPrice(amount=1.5)  # type: ignore[arg-type]  # a float, which it must not be
            case "gone":
                del state.fulfillment_providers["moody_moody"]  # type: ignore[attr-defined]  # a dict
        refused = await try_to_ship(outside, cart_id)
        assert (refused.status_code, refused.json()["type"]) == (503, "unavailable")
        assert "its provider does not answer. Try again." in refused.json()["message"]
        assert int(refused.headers["retry-after"]) > 0
        assert await outside.show(cart_id) == before

    async def test_an_edit_is_kept_and_the_cart_says_what_is_unconfirmed_until_it_is(self, outside: Outside) -> None:
        cart_id = await outside.shipped(2)
        outside.courier.fail()
        cart = await outside.carts.add(cart_id, "tee_m", 2)
        assert (cart["items"][0]["quantity"], cart["shipping_subtotal"]) == (4, 3)
        assert cart["unconfirmed"] == (await outside.show(cart_id))["unconfirmed"] == ["shipping"]
        outside.courier.mood.raises = None
        cart = (await outside.carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 1}}))["cart"]
        assert (cart["shipping_subtotal"], cart["unconfirmed"]) == (6, None)

    async def test_an_edit_that_changes_no_question_asks_nobody_whoever_is_down(self, outside: Outside) -> None:
        cart_id = await outside.shipped(2)
        outside.courier.fail()
        cart = (await outside.carts.ok("POST", f"/carts/{cart_id}", {"email": "ada@example.com"}))["cart"]
        assert (cart["unconfirmed"], outside.courier.mood.asked) == (None, [])

    async def test_an_old_answer_is_asked_for_again_and_stands_in_while_nobody_answers(self, outside: Outside) -> None:
        cart_id = await outside.shipped(2)
        await outside.age()
        outside.courier.per_unit *= 2
        outside.courier.fail()
        cart = (await outside.carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 1}}))["cart"]
        assert (cart["shipping_subtotal"], cart["unconfirmed"]) == (3, ["shipping"])
        outside.courier.mood.raises = None
        cart = (await outside.carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 2}}))["cart"]
        assert (cart["shipping_subtotal"], cart["unconfirmed"]) == (6, None)

    async def test_what_changed_meanwhile_is_asked_about_again(self, outside: Outside) -> None:
        cart_id = await outside.shipped(1)

        async def another_edit() -> None:
            outside.courier.mood.meanwhile = None
            await outside.carts.add(cart_id, "tee_s", 3)

        outside.courier.mood.meanwhile = another_edit
        cart = await outside.carts.add(cart_id, "tee_m", 1)
        assert sorted(item["quantity"] for item in cart["items"]) == [2, 3]
        assert (cart["shipping_subtotal"], cart["unconfirmed"]) == (7.5, None)

    async def test_a_cart_that_never_rests_is_edited_without_a_price_and_given_no_method(
        self, outside: Outside
    ) -> None:
        cart_id, busy = await outside.cart(1), await outside.shipped(1)
        more = {"n": 0}

        async def add_to(where: str) -> None:
            outside.courier.mood.meanwhile, again = None, outside.courier.mood.meanwhile
            more["n"] += 1
            path = f"/carts/{where}/line-items"
            outside.courier.fail()  # for the other edit
            await outside.carts.ok("POST", path, {"variant_id": outside.carts.labels["tee_s"], "quantity": 1})
            outside.courier.mood.raises = None
            outside.courier.mood.meanwhile = again

        outside.courier.mood.meanwhile = lambda: add_to(busy)
        cart = await outside.carts.add(busy, "tee_m", 1)
        assert cart["unconfirmed"] == ["shipping"]
        assert sorted(item["quantity"] for item in cart["items"]) == [2, more["n"]]
        outside.courier.mood.meanwhile = lambda: add_to(cart_id)
        refused = await try_to_ship(outside, cart_id)
        assert (refused.status_code, refused.json()["type"]) == (409, "conflict")
        assert (await outside.show(cart_id))["shipping_methods"] == []


async def test_who_only_asks_for_the_price_hears_it_too(outside: Outside) -> None:
    cart_id = await outside.cart(2)
    path, body = f"/shipping-options/{outside.carts.labels['ship_weight']}/calculate", {"cart_id": cart_id}
    assert (await outside.carts.ok("POST", path, body))["shipping_option"]["amount"] == 3
    outside.courier.refuses = True
    refused = await outside.carts.call("POST", path, body)
    assert (refused.status_code, refused.json()["message"]) == (400, "Nothing is shipped there.")
    outside.courier.fail()
    down = await outside.carts.call("POST", path, body)
    assert (down.status_code, down.json()["type"]) == (503, "unavailable")
    assert "strike" not in down.text  # which is for the log


class TestRefusals:
    async def test_where_nothing_is_shipped(self, outside: Outside) -> None:
        cart_id = await outside.cart(1)
        outside.courier.refuses = True
        refused = await try_to_ship(outside, cart_id)
        assert (refused.status_code, refused.json()) == (
            400,
            {"type": "invalid_data", "message": "Nothing is shipped there."},
        )
        outside.courier.refuses = False
        await outside.ship(cart_id)
        outside.courier.refuses = True
        cart = await outside.carts.add(cart_id, "tee_m")
        assert (cart["shipping_methods"], cart["unconfirmed"]) == ([], None)  # as an option that has no price any more

    async def test_data_that_the_provider_refuses_or_completes(self, outside: Outside) -> None:
        cart_id = await outside.cart(1)
        outside.courier.refuses_data = True
        refused = await try_to_ship(outside, cart_id)
        assert (refused.status_code, refused.json()["message"]) == (400, "Choose a pick-up point.")
        outside.courier.refuses_data = False
        await outside.ship(cart_id, {"point": 7})
        kept = (await outside.carts.ok("GET", f"/carts/{cart_id}?fields=shipping_methods.data"))["cart"]
        assert kept["shipping_methods"][0]["data"] == {"point": 7, "checked": "moody"}


async def test_a_key_in_doubt_asks_once_and_answers_the_same(outside: Outside) -> None:
    cart_id = await outside.shipped(1)
    line = {"variant_id": outside.carts.labels["tee_m"], "quantity": 1}
    headers = {"idempotency-key": "once"}
    first = await outside.carts.call("POST", f"/carts/{cart_id}/line-items", line, **headers)
    again = await outside.carts.call("POST", f"/carts/{cart_id}/line-items", line, **headers)
    assert (first.status_code, first.content) == (200, again.content)
    assert [item.quantity for request in outside.courier.mood.asked for item in request.items] == [2]
