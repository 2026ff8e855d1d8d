"""Which promotions act on a cart together: named cases, most of them found by generated carts (docs/adr/0011)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.cart.rows import CartState, Line, TaxLine
from commerce.promotion.eligibility import CROWDED
from commerce.promotion.types import Budget, Promotion, Rule
from operations.promote_cart import promote
from tests.support.generated_carts import CURRENCIES, Case, cart_of

D = Decimal
EUR = CURRENCIES[0]


def line(name: str, price: str, quantity: int = 1, rate: str | None = None, *, inclusive: bool = False) -> Line:
    taxes = () if rate is None else (TaxLine(f"{name}-tax", D(rate), "t", None, None, "tp_system"),)
    return Line(
        id=name,
        variant_id="variant_1",
        product_id="prod_a",
        product_type_id=None,
        quantity=D(quantity),
        unit_price=D(price),
        compare_at_unit_price=None,
        is_tax_inclusive=inclusive,
        is_custom_price=False,
        is_giftcard=False,
        is_discountable=True,
        requires_shipping=True,
        metadata=None,
        tax_lines=taxes,
    )


def off(code: str, value: str, *rules: Rule, **changes: Any) -> Promotion:  # noqa: ANN401 - fields of a Promotion
    """Return a code that takes a fixed amount off the order."""
    made = Promotion(f"promo_{code}", code, "standard", "active", "fixed", D(value), "order", rules=rules)
    return replace(made, **changes)


def at_least(total: str) -> Rule:
    return Rule("item_total", "gte", (total,))


def at_most(total: str) -> Rule:
    return Rule("item_total", "lte", (total,))


def written(*lines: Line, promotions: list[Promotion], rounding: str = "currency") -> tuple[Case, CartState]:
    """Return the shop and the cart after one write that names every code that is not automatic."""
    codes = tuple(promotion.code for promotion in promotions if not promotion.is_automatic)
    case = Case(cart_of(EUR, lines, [], rounding), tuple(promotions), (codes,))
    return case, case.promoted


def codes_on(case: Case, cart: CartState) -> str:
    return " ".join(promotion.code for promotion in case.promotions if promotion.id in cart.promotion_ids)


def taken(cart: CartState) -> dict[str, Decimal]:
    return {thing.id: sum((part.amount for part in thing.adjustments), D(0)) for thing in cart.lines}


def automatic(code: str, value: str, *rules: Rule) -> Promotion:
    return off(code, value, *rules, is_automatic=True)


STAYS = {
    # A alone holds beside C, and B does not; both at once would fall, and A come back with the next write
    "one of two that exclude each other": (
        [automatic("A", "10", at_least("100")), automatic("B", "10", at_least("108")), off("C", "5")],
        "A C",
    ),
    "the first of two equals": ([automatic("A", "10", at_least("100")), automatic("B", "10", at_least("100"))], "A B"),
    # A lets B in, which drives A out, without which B may not stay: each write was the other's opposite
    "no cart that changes with every write": (
        [automatic("A", "10", at_least("110")), automatic("B", "10", at_most("105"))],
        "A",
    ),
    "a code drives an automatic one out": ([automatic("A", "10", at_least("108")), off("C", "5")], "C"),
    "of codes that were asked for none comes back": (
        [off("A", "10", at_least("105")), off("B", "10", at_least("105")), off("C", "5")],
        "C",
    ),
}


@pytest.mark.parametrize("name", STAYS)
def test_what_acts_on_a_cart_stays_when_it_is_written_again(name: str) -> None:
    promotions, expected = STAYS[name]
    case, cart = written(line("a", "110"), promotions=promotions)
    again = case.written(cart)
    assert (codes_on(case, cart), codes_on(case, again)) == (expected, expected)
    assert taken(cart) == taken(again)


def test_a_rule_sees_what_others_take_off_the_lines_as_they_are_now() -> None:
    """B was dropped for what A had taken off two units, of which one is left: 100 - 100, though it costs 50."""
    half = off("A", "50", type="percentage")
    case, cart = written(line("a", "100", 2), promotions=[half, off("B", "5", at_least("40"))])
    assert codes_on(case, cart) == "A B"
    fewer = replace(cart, lines=tuple(replace(each, quantity=D(1)) for each in cart.lines))
    assert codes_on(case, case.written(fewer)) == "A B"


def test_why_an_automatic_promotion_does_not_join_is_said() -> None:
    promotions = STAYS["no cart that changes with every write"][0]
    case, cart = written(line("a", "110"), promotions=promotions)
    assert promote(cart, case.found(cart))[1] == {"B": CROWDED}


def test_promotions_of_one_campaign_share_its_budget() -> None:
    """Each alone would fit; a checkout counts them together and would refuse this cart for ever."""
    uses = Budget("probudg_1", "usage", D(3), D(2))
    case, cart = written(line("a", "50"), promotions=[off("A", "5", budget=uses), off("B", "4", budget=uses)])
    assert codes_on(case, cart) == "A"
    money = Budget("probudg_2", "spend", D(8), D(0))
    case, cart = written(line("a", "50"), promotions=[off("A", "5", budget=money), off("B", "4", budget=money)])
    assert codes_on(case, cart) == "A"


def test_a_buyget_that_its_budget_refuses_leaves_its_units_to_others() -> None:
    """Else they were free with the next write, when it is gone, and another line was lowered."""
    lines = (line("a", "0.34", 3), line("b", "0.34", 2), line("c", "0.35", 3))
    each = {"target_type": "items", "allocation": "each", "max_quantity": D(3), "apply_to_quantity": D(1)}
    bought: dict[str, Any] = {"kind": "buyget", **each, "buy_rules_min_quantity": D(1)}
    refused = off("A", "1.01", budget=Budget("probudg_1", "spend", D(1), D(0)), **bought)
    case, cart = written(*lines, promotions=[refused, off("B", "0.10", **{**bought, "max_quantity": D(1)})])
    assert codes_on(case, cart) == "B"
    assert taken(case.written(cart)) == taken(cart) == {"a": D("0.1"), "b": 0, "c": 0}


def test_thirds_do_not_pass_a_budget_by_their_last_digit() -> None:
    """6.66...67 three times is more than 20 by 1e-20; the third line was left out."""
    budget = Budget("probudg_1", "spend", D(20), D(0))
    _, cart = written(*(line(name, "30") for name in "abc"), promotions=[off("A", "20", budget=budget)])
    assert [round(amount, 2) for amount in taken(cart).values()] == [D("6.67")] * 3


def test_a_budget_ends_at_the_same_line_in_whatever_order_lines_are_read() -> None:
    budget = Budget("probudg_1", "spend", D(5), D(0))
    one, other = line("a", "30"), line("b", "40")
    promotion = off("A", "7", budget=budget)
    assert taken(written(one, other, promotions=[promotion])[1]) == taken(
        written(other, one, promotions=[promotion])[1]
    )


@pytest.mark.parametrize("rounding", ["none", "currency"])
def test_a_price_with_tax_is_worth_itself_to_a_rule(rounding: str) -> None:
    """42 / 1.19, taxed again, is 41.99...98: unrounded, a rule from 42 on did not hold."""
    tees = line("tee", "21", 2, "19", inclusive=True)
    case, cart = written(tees, promotions=[off("A", "1", at_least("42"))], rounding=rounding)
    assert codes_on(case, cart) == "A"


def test_equal_prices_are_told_apart_by_id_and_not_by_a_division() -> None:
    """0.04 / 1.19 and half of 0.08 / 1.19 differ in their last digit."""
    cheap = [line("a", "0.04", 2, "19", inclusive=True), line("b", "0.04", 1, "19", inclusive=True)]
    once = off("A", "0.02", target_type="items", allocation="once", max_quantity=D(1))
    assert {name for name, amount in taken(written(*cheap, promotions=[once])[1]).items() if amount} == {"a"}


def test_nothing_is_nothing_with_a_digit_more() -> None:
    """0.5 % of 0.02 with tax is 0.0001, which is dropped, also as 0.0001 and 1e-22."""
    half = off("A", "0.5", type="percentage", is_tax_inclusive=True)
    case, cart = written(line("a", "0.02", 1, "7.25", inclusive=True), promotions=[half], rounding="none")
    assert codes_on(case, cart) == ""
