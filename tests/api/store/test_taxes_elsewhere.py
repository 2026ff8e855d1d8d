"""Carts whose taxes another provider knows (contract section 10; docs/adr/0010)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from activities import patience
from api.state import State
from commerce.tax.port import ToldRate, ToldRates
from kit import clock
from kit.db import Database, run
from tests.support.outside_shop import OAKLAND, Outside, outside, plugins
from tests.support.statements import recorded_statements

__all__ = ["outside", "plugins"]
pytestmark = pytest.mark.usefixtures("plugins")  # before the application

NAN = ToldRate(rate=Decimal("NaN"), code="X", name="X")
NEGATIVE = ToldRate(rate=Decimal(-1), code="X", name="X")
FLOAT = ToldRate(rate=7.25, code="X", name="X")  # type: ignore[arg-type]  # which it must not be


class TestRates:
    async def test_are_the_providers_on_lines_and_shipping(self, outside: Outside) -> None:
        await outside.tax_elsewhere()
        cart_id = await outside.cart(2)
        cart = await outside.ship(cart_id)
        [line], [method] = cart["items"], cart["shipping_methods"]
        facts = {(tax["rate"], tax["code"], tax["description"], tax["provider_id"]) for tax in line["tax_lines"]}
        assert facts == {(10, "MOODY", "Moody tax", "moody")}
        assert [tax["rate"] for tax in method["tax_lines"]] == [10]
        assert cart["tax_total"] == pytest.approx((2 * line["unit_price"] + 3) / 10)
        assert cart["unconfirmed"] is None
        asked = outside.taxes.mood.asked[-1]
        assert (asked.currency_code, asked.address["province"], asked.address["city"]) == ("usd", "ca", "Oakland")
        assert [(item.variant_id, item.quantity) for item in asked.items] == [(outside.carts.labels["tee_m"], 2)]
        assert [each.shipping_option_id for each in asked.shipping] == [outside.carts.labels["ship_weight"]]

    async def test_are_asked_for_once_for_each_state_together_with_the_price_of_shipping(
        self, outside: Outside
    ) -> None:
        await outside.tax_elsewhere()
        cart_id = await outside.shipped(1)
        asked = outside.taxes.mood.asked
        asked.clear()
        taxes = (await outside.show(cart_id))["items"][0]["tax_lines"]
        cart = (await outside.carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 1}}))["cart"]
        assert (asked, cart["items"][0]["tax_lines"]) == ([], taxes)
        cart = await outside.carts.add(cart_id, "tee_m")
        assert (len(asked), cart["items"][0]["tax_lines"]) == (1, taxes)  # the same rate: the same tax lines
        await outside.carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": {**OAKLAND, "province": "ny"}})
        assert [request.address["province"] for request in asked] == ["ca", "ny"]

    async def test_a_cart_is_made_once_with_lines_that_have_to_be_asked_about(self, outside: Outside) -> None:
        await outside.tax_elsewhere()
        items = [{"variant_id": outside.carts.labels[name], "quantity": 1} for name in ("tee_m", "tee_s")]
        cart = await outside.show(await outside.cart(0, items=items, email="ada@example.com"))
        assert [tax["rate"] for line in cart["items"] for tax in line["tax_lines"]] == [10, 10]
        assert await outside.value("SELECT count(*) FROM cart") == 1
        assert len(outside.taxes.mood.asked) == 1

    async def test_each_line_has_its_own(self, outside: Outside) -> None:
        def by_quantity(told: ToldRates) -> ToldRates:
            items = outside.taxes.mood.asked[-1].items
            return replace(told, items=[[replace(told.items[0][0], rate=item.quantity)] for item in items])

        await outside.tax_elsewhere()
        outside.taxes.says = by_quantity
        cart_id = await outside.cart(0)
        for variant, quantity in (("tee_s", 3), ("tee_m", 2), ("sofa_v", 1)):
            cart = await outside.carts.add(cart_id, variant, quantity)
        assert [(line["quantity"], line["tax_lines"][0]["rate"]) for line in cart["items"]] == [(3, 3), (2, 2), (1, 1)]

    async def test_are_not_asked_for_where_there_are_none_or_the_shop_has_them(
        self, outside: Outside, database: Database, state: State
    ) -> None:
        await outside.tax_elsewhere()
        region = {"region_id": outside.carts.labels["region_eu"]}
        german = await outside.carts.new(**region, shipping_address={"country_code": "de"})
        with recorded_statements(state.database) as sent:
            assert (await outside.carts.add(german, "mug_v", 2))["tax_total"] == 4.75
        assert len(sent) <= 8, sent
        nowhere = await outside.carts.new(**region)
        await outside.carts.add(nowhere, "mug_v")
        await outside.cart(0)  # nothing in it
        await database.transact(lambda session: run(session, "UPDATE region SET automatic_taxes = false"))
        by_hand = await outside.cart(1)
        assert outside.taxes.mood.asked == []
        cart = (await outside.carts.ok("POST", f"/carts/{by_hand}/taxes", {}))["cart"]
        assert ([tax["rate"] for tax in cart["items"][0]["tax_lines"]], len(outside.taxes.mood.asked)) == ([10], 1)

    async def test_a_gift_card_is_not_asked_about(self, outside: Outside, database: Database) -> None:
        await outside.tax_elsewhere()
        card = "UPDATE product SET is_giftcard = true WHERE id = (SELECT product_id FROM product_variant WHERE id = $1)"
        await database.transact(lambda session: run(session, card, outside.carts.labels["sofa_v"]))
        cart_id = await outside.cart(1)
        cart = await outside.carts.add(cart_id, "sofa_v")
        assert [len(line["tax_lines"]) for line in cart["items"]] == [1, 0]
        assert [len(request.items) for request in outside.taxes.mood.asked] == [1]


class TestTrouble:
    @pytest.mark.parametrize(
        "says",
        [
            lambda told: replace(told, items=[[NAN]]),
            lambda told: replace(told, items=[[NEGATIVE]]),
            lambda told: replace(told, items=[[FLOAT]]),
            lambda told: replace(told, items=[[replace(told.items[0][0], name="\x00")]]),
            lambda told: replace(told, items=[[replace(told.items[0][0], name="\ud800")]]),
            lambda told: replace(told, items=[]),
            lambda _: None,
        ],
    )
    async def test_nonsense_is_no_answer(self, outside: Outside, says: Callable[[ToldRates], object]) -> None:
        await outside.tax_elsewhere()
        outside.taxes.says = says
        cart = await outside.show(await outside.cart(1))
        assert (cart["items"][0]["tax_lines"], cart["tax_total"], cart["unconfirmed"]) == ([], 0, ["taxes"])

    async def test_the_edit_is_kept_untaxed_and_the_cart_says_so_until_it_is_taxed(
        self, outside: Outside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await outside.tax_elsewhere()
        cart_id = await outside.cart(1)
        outside.taxes.mood.is_silent = True
        monkeypatch.setattr("activities.outside.DEADLINE", 0.1)
        cart = await outside.carts.add(cart_id, "tee_m")
        assert (cart["items"][0]["quantity"], cart["tax_total"], cart["unconfirmed"]) == (2, 0, ["taxes"])
        asked_for = await outside.carts.call("POST", f"/carts/{cart_id}/taxes", {})
        assert (asked_for.status_code, asked_for.json()["type"]) == (503, "unavailable")
        assert "The tax of the cart" in asked_for.json()["message"]
        outside.taxes.mood.is_silent = False
        cart = (await outside.carts.ok("POST", f"/carts/{cart_id}/taxes", {}))["cart"]
        assert (cart["tax_total"], cart["unconfirmed"]) == (pytest.approx(cart["subtotal"] / 10), None)

    async def test_a_provider_that_hangs_again_and_again_costs_the_next_shoppers_no_time(
        self, outside: Outside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await outside.tax_elsewhere()
        cart_id = await outside.cart(1)
        asked = outside.taxes.mood.asked
        asked.clear()
        outside.taxes.mood.is_silent = True
        monkeypatch.setattr("activities.outside.DEADLINE", 0.1)
        for _ in range(patience.HANGS + 2):
            cart = await outside.carts.add(cart_id, "tee_m")
        assert (len(asked), cart["unconfirmed"]) == (patience.HANGS, ["taxes"])
        refused = await outside.carts.call("POST", f"/carts/{cart_id}/taxes", {})
        assert (refused.status_code, len(asked)) == (503, patience.HANGS)
        outside.taxes.mood.is_silent = False
        after = clock.now() + patience.REST
        monkeypatch.setattr("kit.clock.now", lambda: after)
        cart = await outside.carts.add(cart_id, "tee_m")
        assert (cart["tax_total"], cart["unconfirmed"]) == (pytest.approx(cart["subtotal"] / 10), None)

    async def test_no_stored_rate_stands_in_for_the_provider(self, outside: Outside) -> None:
        await outside.tax_elsewhere()
        outside.taxes.fail()
        cart = await outside.show(await outside.cart(1))  # California has a stored rate of 7.25
        assert (cart["tax_total"], cart["unconfirmed"]) == (0, ["taxes"])

    async def test_a_provider_that_is_not_installed_is_down(self, outside: Outside, state: State) -> None:
        await outside.tax_elsewhere()
        del state.tax_providers["tp_moody"]  # type: ignore[attr-defined]  # a dict
        assert (await outside.show(await outside.cart(1)))["unconfirmed"] == ["taxes"]

    async def test_what_changed_meanwhile_is_asked_about_again(self, outside: Outside) -> None:
        await outside.tax_elsewhere()
        cart_id = await outside.cart(1)

        async def moves_to_new_york() -> None:
            outside.taxes.mood.meanwhile = None
            outside.taxes.rate = Decimal(4)
            await outside.carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": {**OAKLAND, "province": "ny"}})
            outside.taxes.rate = Decimal(8)

        outside.taxes.mood.meanwhile = moves_to_new_york
        cart = await outside.carts.add(cart_id, "tee_m")
        assert cart["items"][0]["quantity"] == 2
        assert [tax["rate"] for tax in cart["items"][0]["tax_lines"]] == [8]
        assert [request.address["province"] for request in outside.taxes.mood.asked[-3:]] == ["ca", "ny", "ny"]


async def test_a_province_may_have_a_provider_of_its_own(outside: Outside, database: Database) -> None:
    ours = "UPDATE tax_region SET provider_id = 'tp_moody' WHERE province_code = 'ca'"
    await database.transact(lambda session: run(session, ours))
    assert (await outside.show(await outside.cart(1)))["items"][0]["tax_lines"][0]["rate"] == 10
    elsewhere = await outside.cart(1, shipping_address={**OAKLAND, "province": "ny"})
    assert [tax["code"] for tax in (await outside.show(elsewhere))["items"][0]["tax_lines"]] == ["USFED"]
