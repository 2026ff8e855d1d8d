"""Promotion codes on a cart, against the totals that the peer recorded (contract: story_promotions_on_cart)."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from httpx2 import AsyncClient

from commerce.promotion.service import update_promotion
from kit.db import Database, run, value
from kit.errors import CommerceError
from operations.claim_promotions import give_back_uses, lock_uses, take_uses
from tests.support.storefront import Carts

FIELDS = "fields=id,total,discount_total,shipping_total,promotions.code,items.adjustments.amount,items.adjustments.code"
ADDRESS = {"first_name": "Ada", "country_code": "de"}
# What 2 tees and 2 mugs cost with each code, and with shipping (9.50) where it matters.
TOTALS = {
    "TEN": 64.575,
    "FIX5": 64.61,
    "FIX5USD": 71.75,
    "ITEM20": 67.55,
    "EACH3": 57.47,
    "ACROSS30": 36.05,
    "PACROSS15": 60.9875,
    "ONCE4": 66.99,
    "VIPONLY": 71.75,
    "TAXINC10": 61.75,
    "DRAFT10": 71.75,
    "EXPIRED": 71.75,
    "SPEND": 53.9,
    "FREESHIP": 71.75,
    "EU50": 63.42,
}


async def filled(carts: Carts, tees: int = 2, mugs: int = 2) -> str:
    cart_id = await carts.new(shipping_address=ADDRESS)
    for variant, quantity in (("tee_m", tees), ("mug_v", mugs)):
        if quantity:
            await carts.add(cart_id, variant, quantity)
    return cart_id


async def apply(carts: Carts, cart_id: str, *codes: str, method: str = "POST") -> dict[str, Any]:
    answer = await carts.ok(method, f"/carts/{cart_id}/promotions?{FIELDS}", {"promo_codes": list(codes)})
    cart: dict[str, Any] = answer["cart"]
    return cart


def codes_of(cart: dict[str, Any]) -> list[str]:
    return sorted(promotion["code"] for promotion in cart["promotions"])


async def test_each_code_takes_off_what_was_recorded(promoted: Carts) -> None:
    cart_id = await filled(promoted)
    found = {}
    for code in TOTALS:
        cart = await apply(promoted, cart_id, code)
        found[code] = cart["total"]
        assert codes_of(cart) == ([code] if cart["discount_total"] else []), code
        assert codes_of(await apply(promoted, cart_id)) == []  # an empty list takes all codes away
    assert found == pytest.approx(TOTALS, abs=1e-6)


async def test_codes_stack_and_shipping_is_lowered(promoted: Carts) -> None:
    cart_id = await filled(promoted)
    option = {"option_id": promoted.labels["ship_eu"]}
    await promoted.ok("POST", f"/carts/{cart_id}/shipping-methods", option)
    cart = await apply(promoted, cart_id, "TEN", "PACROSS15", "FREESHIP")
    assert (codes_of(cart), cart["total"]) == (["FREESHIP", "PACROSS15", "TEN"], pytest.approx(54.88875, abs=1e-6))
    cart = await apply(promoted, cart_id, "FREESHIP", method="DELETE")
    assert (codes_of(cart), cart["shipping_total"]) == (["PACROSS15", "TEN"], 9.5)


async def test_a_price_of_shipping_looks_at_the_items_after_their_discounts(promoted: Carts) -> None:
    cart_id = await filled(promoted, tees=10, mugs=0)  # 210 with tax; free from 200
    option = {"option_id": promoted.labels["ship_eu"]}
    await promoted.ok("POST", f"/carts/{cart_id}/shipping-methods", option)
    assert (await apply(promoted, cart_id))["shipping_total"] == 0
    assert (await apply(promoted, cart_id, "TEN"))["shipping_total"] == 9.5
    assert (await apply(promoted, cart_id))["shipping_total"] == 0


async def test_an_automatic_promotion_lowers_shipping_that_is_just_chosen(
    promoted: Carts, client: AsyncClient, admin: dict[str, str]
) -> None:
    lowers = {"type": "fixed", "value": 2, "currency_code": "eur", "target_type": "shipping_methods"}
    body = {
        "code": "AUTOSHIP",
        "type": "standard",
        "status": "active",
        "is_automatic": True,
        "application_method": {**lowers, "allocation": "across"},
    }
    made = await client.post("/admin/promotions", json=body, headers=admin)
    assert made.status_code == 200, made.text
    cart_id = await filled(promoted)
    option = {"option_id": promoted.labels["ship_eu"]}
    cart = (await promoted.ok("POST", f"/carts/{cart_id}/shipping-methods?{FIELDS}", option))["cart"]
    assert (codes_of(cart), cart["shipping_total"]) == (["AUTOSHIP"], pytest.approx(9.5 - 2 * 1.19))


async def test_an_unknown_code_is_refused_and_changes_nothing(promoted: Carts) -> None:
    cart_id = await filled(promoted)
    await apply(promoted, cart_id, "TEN")
    refused = await promoted.call("POST", f"/carts/{cart_id}/promotions", {"promo_codes": ["FIX5", "NOPE"]})
    assert (refused.status_code, refused.json()["message"]) == (400, "The promotion code NOPE is invalid")
    assert codes_of((await promoted.ok("GET", f"/carts/{cart_id}?{FIELDS}"))["cart"]) == ["TEN"]
    uncounted = await promoted.call("POST", f"/carts/{cart_id}/promotions", {"promo_codes": ["PERCUST"]})
    assert (uncounted.status_code, "customer_id" in uncounted.json()["message"]) == (400, True)


async def test_a_code_stays_with_the_cart_and_follows_it(promoted: Carts) -> None:
    cart_id = await promoted.new(
        shipping_address=ADDRESS,
        promo_codes=["EU50"],
        items=[{"variant_id": promoted.labels["mug_v"], "quantity": 5}],
    )
    cart = (await promoted.ok("GET", f"/carts/{cart_id}?{FIELDS}"))["cart"]
    assert (codes_of(cart), cart["total"]) == (["EU50"], pytest.approx(66.045, abs=1e-6))
    # Its own discount brings the cart no nearer to losing it; fewer mugs do.
    await promoted.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 1}})
    assert codes_of((await promoted.ok("GET", f"/carts/{cart_id}?{FIELDS}"))["cart"]) == ["EU50"]
    line = (await promoted.ok("GET", f"/carts/{cart_id}?fields=items.id"))["cart"]["items"][0]["id"]
    cart = (await promoted.ok("POST", f"/carts/{cart_id}/line-items/{line}?{FIELDS}", {"quantity": 1}))["cart"]
    assert (codes_of(cart), cart["total"]) == ([], 14.875)
    cart = (await promoted.ok("POST", f"/carts/{cart_id}?{FIELDS}", {"promo_codes": ["TEN"]}))["cart"]
    assert (codes_of(cart), cart["total"]) == (["TEN"], pytest.approx(13.3875))
    cart = (await promoted.ok("POST", f"/carts/{cart_id}?{FIELDS}", {"promo_codes": []}))["cart"]
    assert (codes_of(cart), cart["total"]) == ([], 14.875)


async def test_a_rounded_cart_adds_up(promoted: Carts, database: Database) -> None:
    cart_id = await filled(promoted)
    await database.transact(lambda s: run(s, "UPDATE cart SET rounding = 'currency' WHERE id = $1", cart_id))
    cart = await apply(promoted, cart_id, "TEN", "TAXINC10")
    assert cart["total"] == pytest.approx(round(cart["total"], 2), abs=1e-9)
    parts = [part["amount"] for item in cart["items"] for part in item["adjustments"]]
    assert all(part == pytest.approx(round(part, 2), abs=1e-9) for part in parts)


async def test_the_last_use_is_counted_once(promoted: Carts, database: Database) -> None:
    """Promise 16: of two carts that both have the last use of a code, one gets it; what is given back is free again."""
    first, second = await filled(promoted), await filled(promoted)
    for cart_id in (first, second):
        assert codes_of(await apply(promoted, cart_id, "LIMIT1", "SPEND")) == ["LIMIT1", "SPEND"]

    async def claim(cart_id: str) -> object:
        async def work(session: Any) -> None:  # noqa: ANN401 - a session
            uses = await lock_uses(session, cart_id)
            await take_uses(session, f"order_{cart_id}", uses)

        return await database.transact(work)

    results = await asyncio.gather(claim(first), claim(second), return_exceptions=True)
    assert sum(isinstance(result, Exception) for result in results) == 1
    used = "SELECT used FROM promotion WHERE code = 'LIMIT1'"
    spent = "SELECT b.used FROM promotion_campaign_budget b WHERE b.type = 'spend'"
    async with database.reading() as connection:
        assert (await value(connection, used), await value(connection, spent)) == (1, Decimal(15))
    with pytest.raises(CommerceError, match="used 2 times already"):
        await database.transact(_lower_the_limit)
    winner = first if results[0] is None else second
    for _ in range(2):  # giving back twice gives back once
        await database.transact(lambda session: give_back_uses(session, f"order_{winner}"))
    async with database.reading() as connection:
        assert (await value(connection, used), await value(connection, spent)) == (0, Decimal(0))
    await claim(second if winner == first else first)


async def test_the_last_of_a_budget_can_be_had(
    promoted: Carts, client: AsyncClient, admin: dict[str, str], database: Database
) -> None:
    """5.50 off a tee of 21 with tax is published as 5.51 without: the budget of 5.50 is for it all the same."""
    method = {"type": "fixed", "value": 5.5, "target_type": "order", "currency_code": "eur", "allocation": "across"}
    budget = {"type": "spend", "limit": 5.5, "currency_code": "eur"}
    campaign = {"name": "S", "campaign_identifier": "s", "budget": budget}
    body = {"code": "FIVE", "type": "standard", "status": "active", "application_method": method, "campaign": campaign}
    made = await client.post("/admin/promotions", json=body, headers=admin)
    assert made.status_code == 200, made.text
    cart_id = await filled(promoted, tees=1, mugs=0)
    await database.transact(lambda s: run(s, "UPDATE cart SET rounding = 'currency' WHERE id = $1", cart_id))
    cart = await apply(promoted, cart_id, "FIVE")
    assert cart["items"][0]["adjustments"][0]["amount"] == 5.51
    (use,) = await database.transact(lambda session: lock_uses(session, cart_id))
    assert use.drawn == Decimal("5.5")
    await database.transact(lambda session: take_uses(session, "order_1", [use]))
    with pytest.raises(CommerceError, match="used up"):
        await database.transact(lambda session: lock_uses(session, cart_id))


async def _lower_the_limit(session: Any) -> None:  # noqa: ANN401 - a session
    id_ = await value(session, "UPDATE promotion SET \"limit\" = 3, used = 2 WHERE code = 'LIMIT1' RETURNING id")
    await update_promotion(session, id_, {"limit": 1})
