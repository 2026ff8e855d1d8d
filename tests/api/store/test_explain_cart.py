"""`explain_cart` on the recorded shop: each price, list, tier, rule, promotion and rate is named; nothing changes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy.exc import DBAPIError

from kit.db import Database, run, value
from kit.errors import CommerceError
from operations.explain_cart import explain_cart
from tests.support.people import People
from tests.support.placed_order import Placed, placed, settings, worker
from tests.support.storefront import Carts

__all__ = ["placed", "settings", "worker"]

DE = {"first_name": "Ada", "country_code": "de"}
CA = {"country_code": "us", "province": "ca"}
PERCENT = {"type": "percentage", "value": 10, "target_type": "order"}
SOON = "2035-01-01T00:00:00Z"
Tell = Callable[..., Awaitable[str]]
Promise = Callable[..., Awaitable[str]]


@pytest.fixture
def tell(database: Database) -> Tell:
    """Return what explains a cart, its ids left out and each paragraph on one line."""

    async def told(id_: str, *codes: str) -> str:
        text = await database.transact(lambda session: explain_cart(session, id_, codes))
        return re.sub(r"\b([a-z]+)_[0-9A-Z]{26}\b", r"\1_", re.sub(r"\n {4,}(?=[^ ])", "\n    ", text))

    return told


@pytest.fixture
def promise(client: AsyncClient, admin: dict[str, str]) -> Promise:
    """Return what makes an active promotion of 10 % by the admin's route."""

    async def made(code: str, method: dict[str, Any] | None = None, **given: Any) -> str:  # noqa: ANN401 - JSON
        body = {"code": code, "type": "standard", "status": "active", **given}
        body["application_method"] = {**PERCENT, **(method or {})}
        response = await client.post("/admin/promotions", json=body, headers=admin)
        assert response.status_code == 200, response.text
        id_: str = response.json()["promotion"]["id"]
        return id_

    return made


def flat(text: str) -> str:
    return " ".join(text.split())


async def test_the_guest_of_the_contract_hears_where_each_figure_comes_from(
    carts: Carts, tell: Tell, promise: Promise
) -> None:
    await promise("TEN")
    cart_id = await carts.new(shipping_address=DE, email="ada@example.com")
    for variant in ("tee_m", "mug_v"):
        await carts.add(cart_id, variant, 2)
    await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_eu"]})
    await carts.ok("POST", f"/carts/{cart_id}/promotions", {"promo_codes": ["TEN"]})
    assert await tell(cart_id) == (
        """Cart cart_
  region Europe
  ships to de
  for guest ada@example.com
  amounts in EUR, unrounded (mode none)

Organic Tee, M / Black  (cali_)
  2 x 21 with tax                                                                         42
    as priced today: EUR price price_, for region_id = Europe
    (reg_)
    with tax: the region's preference, since the price names the region
  1. TEN (10 % off the order)                                                           -4.2
    4.2 with tax, 3.529411765 without
  total with tax                                                                        37.8
    tax in it: 19 % VAT DE (DE19): the default in the country de                 6.035294118
    without tax                                                                 31.764705882

Mug 350ml, Default  (cali_)
  2 x 12.5 without tax                                                                    25
    as priced today: EUR price price_, without conditions
    without tax: the preference of EUR
  1. TEN (10 % off the order)                                                           -2.5
    2.975 with tax, 2.5 without
  without tax                                                                           22.5
  19 % VAT DE (DE19): the default in the country de                                    4.275
  total with tax                                                                      26.775

Standard EU  (casm_)
  1 x 9.5 with tax                                                                       9.5
    as priced today: EUR price price_, for region_id = Europe
    (reg_)
    with tax: the region's preference, since the price names the region
  total with tax                                                                         9.5
    tax in it: 19 % VAT DE (DE19): the default in the country de                 1.516806723
    without tax                                                                  7.983193277

Lines                                                                                 64.575
Shipping                                                                                 9.5
Total                                                                                 74.075
  = 68.277310924 without tax - 6.029411765 discount + 11.82710084 tax
  before discounts 81.25, taken off with tax 7.175
    1. TEN (10 % off the order): 7.175

Codes
  TEN: takes 7.175 off"""
    )


async def test_lists_tiers_rules_and_second_rates_are_named(
    carts: Carts, tell: Tell, people: People, database: Database
) -> None:
    labels = carts.labels
    europe = await carts.new(shipping_address=DE)
    await carts.add(europe, "tee_s", 1)
    told = flat(await tell(europe))
    assert "for nobody known yet" in told
    assert "from the sale list Summer sale 2026 (plist_) instead of 20: EUR price price_, without conditions" in told

    customer_id, headers = await people.account("vip@example.com")
    join = "INSERT INTO customer_group_customer (customer_id, customer_group_id) VALUES ($1, $2)"
    await database.transact(lambda s: run(s, join, customer_id, labels["vip"]))
    body = {"region_id": labels["region_eu"], "shipping_address": DE}
    vip = (await carts.ok("POST", "/carts", body, authorization=headers["authorization"]))["cart"]["id"]
    await carts.add(vip, "mug_v", 3)
    told = flat(await tell(vip))
    assert "for customer vip@example.com, in VIP (cusgroup_)" in told
    assert "EUR price price_, for 3 or more units from the override list VIP override" in told
    assert "for customer.groups.id in VIP (cusgroup_)" in told

    body = {"region_id": labels["region_us"], "shipping_address": CA}
    america = (await carts.ok("POST", "/carts", body))["cart"]["id"]
    await carts.add(america, "tee_m", 5)
    told = flat(await tell(america))
    assert "ships to us, ca" in told
    assert "5 x 24.99 without tax 124.95 as priced today: USD price price_, for 5 to 9 units" in told
    assert "7.25 % California sales tax (CA): the default in the province us-ca 9.058875" in told
    assert "0 % No federal tax (USFED): the default in the country us, added since the province's rate is comb" in told


async def test_product_rates_gift_cards_free_shipping_and_missing_taxes_are_told(carts: Carts, tell: Tell) -> None:
    cart_id = await carts.new(shipping_address=DE)
    for variant, quantity in (("ebook_v", 1), ("giftcard_v", 1), ("tee_m", 10)):
        await carts.add(cart_id, variant, quantity)
    await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_eu"]})
    told = flat(await tell(cart_id))
    assert "7 % Reduced rate DE (DE7): a rule for the product E-book (prod_) in the country de" in told
    assert "no tax: a gift card 0" in told
    assert "1 x 0 without tax 0 as priced today: EUR price price_, for item_total >= 200" in told
    nowhere = await carts.new()
    await carts.add(nowhere, "mug_v")
    assert "no tax: no shipping address with a country" in await tell(nowhere)
    japan = (await carts.ok("POST", "/carts", {"region_id": carts.labels["region_jp"]}))["cart"]["id"]
    await carts.add(japan, "mug_v")
    assert "no tax: the region taxes only when it is asked to" in await tell(japan)


async def test_a_price_that_changed_since_is_told(carts: Carts, tell: Tell, database: Database) -> None:
    cart_id = await carts.new(shipping_address=DE)
    await carts.add(cart_id, "mug_v")
    await database.transact(lambda s: run(s, "UPDATE price SET amount = 13.5 WHERE amount = 12.5"))
    told = flat(await tell(cart_id))
    assert "1 x 12.5 without tax 12.5 priced before; as priced today it would be 13.5 without tax: EUR price" in told
    await database.transact(lambda s: run(s, "UPDATE price SET deleted_at = now()"))
    assert "priced before; as priced today there is no price for it" in flat(await tell(cart_id))
    await database.transact(lambda s: run(s, "UPDATE cart_line_item SET is_custom_price = true"))
    assert "a price of its own, set by hand" in await tell(cart_id)


async def test_each_code_says_what_it_takes_or_why_nothing(
    carts: Carts, tell: Tell, promise: Promise, database: Database
) -> None:
    euro = {"type": "fixed", "value": 5, "currency_code": "eur"}
    rule = [{"attribute": "customer.groups.id", "operator": "in", "values": [carts.labels["vip"]]}]
    past = {"name": "Past", "campaign_identifier": "past", "ends_at": "2020-02-01T00:00:00Z"}
    budget = {"type": "spend", "limit": 2, "currency_code": "eur"}
    small = {"name": "Small", "campaign_identifier": "small", "ends_at": SOON, "budget": budget}
    await promise("TEN")
    await promise("AUTO", rules=rule, is_automatic=True)
    await promise("DRAFT", status="draft")
    await promise("LIMIT", limit=1)
    await promise("DOLLAR", {**euro, "currency_code": "usd"})
    await promise("VIP", rules=rule)
    await promise("PAST", campaign=past)
    await promise("SMALL", euro, campaign=small)
    await promise("SHIP", {"target_type": "shipping_methods", "allocation": "each", "max_quantity": 1})
    await database.transact(lambda s: run(s, "UPDATE promotion SET used = 1 WHERE code = 'LIMIT'"))
    cart_id = await carts.new(shipping_address=DE)
    await carts.add(cart_id, "mug_v", 2)
    asked = ["NOPE", "ten", "TEN", "DRAFT", "LIMIT", "DOLLAR", "VIP", "PAST", "SMALL", "SHIP", "SHIP"]
    codes = flat((await tell(cart_id, *asked)).partition("\nCodes\n")[2])
    vip = "its rule customer.groups.id in VIP (cusgroup_) finds nothing of the kind in the cart"
    assert codes == (
        f"AUTO: takes nothing off: {vip}"
        " TEN: is not on the cart; naming it would take 2.975 off"
        " DRAFT: takes nothing off: it is draft"
        " LIMIT: takes nothing off: it was used 1 times of 1"
        " DOLLAR: takes nothing off: it is for USD, the cart is in EUR"
        f" VIP: takes nothing off: {vip}"
        " PAST: takes nothing off: its campaign ended on 2020-02-01"
        " SMALL: takes nothing off: its campaign's budget is used up"
        " SHIP: takes nothing off: there is nothing in the cart that it could lower"
        " NOPE: there is no such code ten: there is no such code"
    )
    assert flat((await tell(cart_id)).partition("\nCodes\n")[2]).startswith("AUTO: takes nothing off")


async def test_a_code_that_ended_stays_until_the_next_change_and_says_so(
    carts: Carts, tell: Tell, promise: Promise, database: Database
) -> None:
    await promise("TEN")
    cart_id = await carts.new(shipping_address=DE, promo_codes=["TEN"])
    await carts.add(cart_id, "mug_v", 2)
    await carts.ok("POST", f"/carts/{cart_id}/promotions", {"promo_codes": ["TEN"]})
    await database.transact(lambda s: run(s, "UPDATE promotion_application_method SET value = 20"))
    assert "TEN: takes 2.975 off; the next change makes that 5.95" in await tell(cart_id)
    await database.transact(lambda s: run(s, "UPDATE promotion SET status = 'inactive'"))
    assert "TEN: takes 2.975 off until the cart is next changed: it is inactive" in await tell(cart_id)


async def test_explaining_changes_nothing_and_cannot(carts: Carts, promise: Promise, database: Database) -> None:
    await promise("TEN", is_automatic=True)
    cart_id = await carts.new(shipping_address=DE)
    await carts.add(cart_id, "mug_v", 2)
    await database.transact(lambda s: run(s, "UPDATE promotion SET status = 'inactive'"))
    version = "SELECT version || updated_at::text FROM cart WHERE id = $1"
    async with database.reading() as connection:
        before = await value(connection, version, cart_id)

    async def explain_and_write(session: Any) -> None:  # noqa: ANN401 - a session
        await explain_cart(session, cart_id, ["TEN"])
        await run(session, "UPDATE cart SET version = 0")

    with pytest.raises(DBAPIError, match="read-only"):
        await database.transact(explain_and_write)
    async with database.reading() as connection:
        assert await value(connection, version, cart_id) == before


async def test_an_order_is_explained_by_the_cart_that_it_was(placed: Placed, tell: Tell, promise: Promise) -> None:
    await promise("AUTO", is_automatic=True)
    await promise("LATE")
    told = await tell(placed.order_id, "LATE")
    assert told.startswith("Cart cart_\n  became order #1 (order_) on 20")
    assert "Mug 350ml, Default  (cali_)\n  2 x 12.5 without tax" in told
    assert told.endswith("\nCodes\n  LATE: is not on the cart, which is completed")
    assert await tell(placed.cart_id, "LATE") == told


@pytest.mark.parametrize(
    ("id_", "message"),
    [("cart_x", "Cart id not found: cart_x"), ("order_x", "Order with id: order_x was not found")],
)
async def test_an_unknown_id_is_said(tell: Tell, id_: str, message: str) -> None:
    with pytest.raises(CommerceError, match=message):
        await tell(id_)
