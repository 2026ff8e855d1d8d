"""Carts and promotions of the shop, told to the reference number by number."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from commerce.cart.rows import CartState, Line, Method
from commerce.promotion.types import Promotion as GivenPromotion
from commerce.promotion.types import Rule as GivenRule
from commerce.totals.types import Counters
from tests.reference.cart import Budget, Cart, Item, Off, Promotion, Returned, Rule


def cart_of(given: CartState, facts: Mapping[str, Any], products: Mapping[str, Any]) -> Cart:
    """Return the cart with the discounts that it has."""
    ranks = {
        (part.rank, str(part.promotion_id)) for thing in (*given.lines, *given.methods) for part in thing.adjustments
    }
    return Cart(
        currency=given.currency_code,
        digits=given.decimal_digits,
        rounded=given.rounding == "currency",
        lines=[_line(line, products) for line in given.lines],
        methods=[_method(method) for method in given.methods],
        credits=[Fraction(credit.amount) for credit in given.credit_lines],
        facts=facts,
        codes=[promotion for _, promotion in sorted(ranks)],
    )


def returned(counters: Mapping[str, Counters]) -> dict[str, Returned]:
    """Return where the units of an order are, by line."""
    return {
        id_: Returned(
            fulfilled=Fraction(each.fulfilled),
            shipped=Fraction(each.shipped),
            requested=Fraction(each.return_requested),
            received=Fraction(each.return_received),
            dismissed=Fraction(each.return_dismissed),
            written_off=Fraction(each.written_off),
        )
        for id_, each in counters.items()
    }


def promotion_of(given: GivenPromotion) -> Promotion:
    budget = given.budget
    return Promotion(
        id=given.id,
        type=given.kind,
        active=given.status == "active",
        method=given.type,
        value=Fraction(given.value),
        target=given.target_type,
        allocation=given.allocation,
        automatic=given.is_automatic,
        with_tax=given.is_tax_inclusive,
        currency=given.currency_code,
        limit=_number(given.limit),
        used=Fraction(given.used),
        max_quantity=_number(given.max_quantity),
        apply_to=_number(given.apply_to_quantity),
        buy_min=_number(given.buy_rules_min_quantity),
        budget=budget and Budget(budget.id, budget.type, _number(budget.limit), Fraction(budget.used)),
        rules=_rules(given.rules),
        target_rules=_rules(given.target_rules),
        buy_rules=_rules(given.buy_rules),
    )


def _line(line: Line, products: Mapping[str, Any]) -> Item:
    return Item(
        id=line.id,
        price=Fraction(line.unit_price),
        quantity=Fraction(line.quantity),
        inclusive=line.is_tax_inclusive,
        rates=[Fraction(tax.rate) for tax in line.tax_lines],
        discountable=line.is_discountable,
        facts={"variant_id": line.variant_id, "product": products.get(line.product_id or "")},
        offs=_offs(line),
    )


def _method(method: Method) -> Item:
    return Item(
        id=method.id,
        price=Fraction(method.amount),
        quantity=Fraction(1),
        inclusive=method.is_tax_inclusive,
        rates=[Fraction(tax.rate) for tax in method.tax_lines],
        facts={"shipping_option_id": method.shipping_option_id},
        offs=_offs(method),
    )


def _offs(thing: Line | Method) -> list[Off]:
    return [Off(str(part.promotion_id), Fraction(part.amount), part.is_tax_inclusive) for part in thing.adjustments]


def _rules(rules: tuple[GivenRule, ...]) -> tuple[Rule, ...]:
    return tuple(Rule(rule.attribute, rule.operator, rule.values) for rule in rules)


def _number(given: Any) -> Fraction | None:  # noqa: ANN401 - a Decimal or None
    return None if given is None else Fraction(given)
