"""Discounts against the recorded carts: 2 tees at 21 (tax included), 2 mugs at 12.50 (without), 19 %, shipping 9.50."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce.promotion.rules import discounts
from commerce.promotion.types import Basket, Budget, Promotion, Rule, Target
from kit.decimals import div

D = Decimal
NOW = datetime(2026, 11, 24, tzinfo=UTC)
RATE = D("0.19")
TEE = Target("tee", D(2), div(D(42), 1 + RATE), RATE, {"product": {"id": "prod_tee", "categories": [{"id": "pcat_a"}]}})
MUG = Target("mug", D(2), D(25), RATE, {"product": {"id": "prod_mug", "categories": []}})
SHIPPING = Target("ship", D(1), div(D("9.5"), 1 + RATE), RATE, {"shipping_option_id": "so_1"})
IS_TEE = Rule("items.product.id", "in", ("prod_tee",))
IS_MUG = Rule("items.product.id", "in", ("prod_mug",))


def basket(*items: Target, **changes: Any) -> Basket:  # noqa: ANN401 - fields of a Basket
    facts = {"region": {"id": "reg_eu"}, "customer": {"groups": [{"id": "g_vip"}]}, "customer_id": "cus_1"}
    made = Basket("eur", NOW, facts, items or (TEE, MUG), (SHIPPING,), {"item_total": D("71.75")})
    return replace(made, **changes)


def promotion(code: str = "CODE", **changes: Any) -> Promotion:  # noqa: ANN401 - fields of a Promotion
    made = Promotion(f"promo_{code}", code, "standard", "active", "percentage", D(10), "order")
    return replace(made, **changes)


def amounts(result_of: Basket, *promotions: Promotion) -> dict[str, str]:
    found = discounts(result_of, promotions).applied
    return {f"{one.code}/{one.target_id}": f"{one.amount:.4f}" for one in found}


FIXED = {"type": "fixed", "currency_code": "eur"}
ITEMS = {"target_type": "items"}
RECORDED = {
    "percentage_order": ({}, {"tee": "3.5294", "mug": "2.5000"}),
    "fixed_order": ({**FIXED, "value": D(6)}, {"tee": "3.5122", "mug": "2.4878"}),
    "other_currency": ({**FIXED, "value": D(5), "currency_code": "usd"}, {}),
    "each_with_a_target": (
        {"value": D(20), **ITEMS, "allocation": "each", "max_quantity": D(1), "target_rules": (IS_TEE,)},
        {"tee": "3.5294"},
    ),
    "fixed_each": (
        {**FIXED, "value": D(3), **ITEMS, "allocation": "each", "max_quantity": D(2)},
        {"tee": "6.0000", "mug": "6.0000"},
    ),
    "fixed_across": ({**FIXED, "value": D(30), **ITEMS, "allocation": "across"}, {"tee": "17.5610", "mug": "12.4390"}),
    "percentage_across": ({"value": D(15), **ITEMS, "allocation": "across"}, {"tee": "5.2941", "mug": "3.7500"}),
    "once_cheapest_first": (
        {**FIXED, "value": D(4), **ITEMS, "allocation": "once", "max_quantity": D(1)},
        {"mug": "4.0000"},
    ),
    "free_shipping": (
        {"value": D(100), "target_type": "shipping_methods", "allocation": "each", "max_quantity": D(1)},
        {"ship": "7.9832"},
    ),
    "fixed_shipping": ({**FIXED, "value": D(4), "target_type": "shipping_methods"}, {"ship": "4.0000"}),
    "tax_inclusive": ({**FIXED, "value": D(10), "is_tax_inclusive": True}, {"tee": "5.8537", "mug": "4.1463"}),
}


@pytest.mark.parametrize("name", RECORDED)
def test_amounts_are_the_recorded_ones(name: str) -> None:
    given, expected = RECORDED[name]
    assert amounts(basket(), promotion(**given)) == {f"CODE/{target}": amount for target, amount in expected.items()}


def test_each_works_on_what_the_larger_ones_left() -> None:
    ten, fifteen = promotion("TEN"), promotion("P15", value=D(15), target_type="items", allocation="across")
    assert amounts(basket(), ten, fifteen) == {
        "P15/tee": "5.2941",
        "P15/mug": "3.7500",
        "TEN/tee": "3.0000",
        "TEN/mug": "2.1250",
    }


def test_a_line_never_pays_more_than_it_costs() -> None:
    one_mug = replace(MUG, quantity=D(1), subtotal=D("12.5"))
    many = [promotion(f"P{n}", **FIXED, value=D(30)) for n in range(3)]
    assert amounts(basket(one_mug), *many) == {"P0/mug": "12.5000"}


def test_what_is_not_discountable_is_left_alone() -> None:
    assert amounts(basket(replace(TEE, is_discountable=False), MUG), promotion()) == {"CODE/mug": "2.5000"}


BUYGET = {
    "kind": "buyget",
    "value": D(100),
    "target_type": "items",
    "allocation": "each",
    "max_quantity": D(1),
    "apply_to_quantity": D(1),
    "buy_rules_min_quantity": D(2),
    "buy_rules": (IS_TEE,),
    "target_rules": (IS_MUG,),
}


@pytest.mark.parametrize(
    ("tees", "mugs", "most", "expected"),
    [(2, 1, 1, "12.5000"), (1, 1, 1, None), (4, 3, 1, "12.5000"), (4, 3, 2, "25.0000"), (3, 3, 2, "12.5000")],
)
def test_bought_units_lower_others(tees: int, mugs: int, most: int, expected: str | None) -> None:
    cart = basket(
        replace(TEE, quantity=D(tees), subtotal=div(D(21 * tees), 1 + RATE)),
        replace(MUG, quantity=D(mugs), subtotal=D("12.5") * mugs),
    )
    found = amounts(cart, promotion(**{**BUYGET, "max_quantity": D(most)}))
    assert found == ({} if expected is None else {"CODE/mug": expected})


def test_a_unit_counts_for_one_buyget_only() -> None:
    """Two tees buy one mug, whatever the number of promotions; buying what is lowered needs a unit more."""
    twice = [promotion(code, **BUYGET) for code in ("A", "B")]
    assert amounts(basket(), *twice) == {"A/mug": "12.5000"}
    same = {**BUYGET, "target_rules": (IS_TEE,)}
    assert amounts(basket(), promotion(**same)) == {}
    three = replace(TEE, quantity=D(3), subtotal=div(D(63), 1 + RATE))
    assert amounts(basket(three), promotion(**same)) == {"CODE/tee": "17.6471"}


VIP = Rule("customer.groups.id", "in", ("g_vip",))
UNMET = {
    "draft": ({"status": "draft"}, "it is draft"),
    "not begun": ({"starts_at": NOW + timedelta(days=1)}, "its campaign starts on 2026-11-25"),
    "over": ({"ends_at": NOW}, "its campaign ended on 2026-11-24"),
    "limit": ({"limit": D(2), "used": D(2)}, "it was used 2 times of 2"),
    "currency": ({"currency_code": "usd"}, "it is for USD, the cart is in EUR"),
    "usage": ({"budget": Budget("b", "usage", D(1), D(1))}, "its campaign's budget is used up"),
    "own usage": (
        {"budget": Budget("b", "use_by_attribute", D(1), D(1), "customer_id")},
        "its campaign's budget is used up",
    ),
    "uncounted": (
        {"budget": Budget("b", "use_by_attribute", D(1), D(0), "customer_email")},
        "its campaign counts uses by customer_email, which the cart does not have",
    ),
    "ne": ({"rules": (replace(VIP, operator="ne"),)}, "its rule customer.groups.id ne g_vip does not hold for g_vip"),
    "nothing there": (
        {"rules": (Rule("shipping_address.country_code", "in", ("de",)),)},
        "its rule shipping_address.country_code in de finds nothing of the kind in the cart",
    ),
    "total": (
        {"rules": (Rule("item_total", "gte", ("80",)),)},
        "its rule item_total gte 80 does not hold for 71.75",
    ),
    "no target": (
        {"target_type": "items", "allocation": "across", "target_rules": (Rule("items.product.id", "eq", ("x",)),)},
        "there is nothing in the cart that it could lower",
    ),
}


@pytest.mark.parametrize("name", UNMET)
def test_why_a_code_takes_nothing_is_said(name: str) -> None:
    given, reason = UNMET[name]
    found = discounts(basket(), [promotion(**given)])
    assert (found.applied, found.reasons) == ((), {"CODE": reason})


@pytest.mark.parametrize(
    "rule",
    [
        VIP,
        replace(VIP, operator="eq"),
        Rule("region.id", "eq", ("reg_eu",)),
        Rule("item_total", "lte", ("71.750",)),
        Rule("item_total", "eq", ("71.7500",)),
        Rule("nowhere.at.all", "ne", ("x",)),
    ],
)
def test_rules_that_hold(rule: Rule) -> None:
    assert discounts(basket(), [promotion(rules=(rule,))]).applied


def test_a_rule_does_not_see_the_promotions_own_discount() -> None:
    over_70 = promotion(rules=(Rule("item_total", "gte", ("70",)),))
    lowered = basket(totals={"item_total": D("64.575")}, totals_without={over_70.id: {"item_total": D("71.75")}})
    assert discounts(lowered, [over_70]).applied
    assert not discounts(replace(lowered, totals_without={}), [over_70]).applied


def test_a_spend_budget_is_never_passed_by_the_lines_together() -> None:
    budget = Budget("b", "spend", D(20), D(15))
    found = discounts(basket(), [promotion(value=D(10), budget=budget)])
    assert [one.target_id for one in found.applied] == ["mug"]  # by id; 2.50 of 5 are left for 3.53 then
    assert not discounts(basket(), [promotion(**FIXED, value=D(15), budget=budget)]).applied
