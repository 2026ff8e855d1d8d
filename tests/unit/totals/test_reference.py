"""The promotions and the calculator against the naive reference of tests/reference, over generated carts and orders.

Mode `none` is contract sections 7 and 9 within 1e-6, mode `currency` is docs/rounding.md to the last digit.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.cart.rows import CartState
from commerce.totals.publish import order_totals
from commerce.totals.results import LineResult
from commerce.totals.rules import calculate
from commerce.totals.types import Counters, Rounding
from operations.price_cart import totals_input
from tests.reference import translated
from tests.reference.cart import Cart
from tests.reference.totals import Amounts, Figures
from tests.reference.whole import figures, promote
from tests.support.generated_carts import FACTS, PRODUCTS, Case, cases, counters, in_mode
from tests.support.properties import PROOF

PRODUCT_FACTS = {product: {"id": product} for product in PRODUCTS}
CLOSE = Fraction(1, 10**6)
CLOSE_DISCOUNT = Fraction(1, 10**12)


@st.composite
def orders(draw: st.DrawFn) -> tuple[Case, dict[str, Counters]]:
    case = draw(cases())
    return case, {line.id: draw(counters(line.quantity)) for line in case.changed(case.cart).lines}


@pytest.mark.timeout(0)
@PROOF
@given(orders())
def test_the_reference_agrees(order: tuple[Case, dict[str, Counters]]) -> None:
    case, where = order
    agree(in_mode(case, "none"), where, "none")
    agree(in_mode(case, "currency"), where, "currency")


def agree(case: Case, where: dict[str, Counters], rounding: Rounding) -> None:
    cart, expected = written_by_both(case)
    expected.returned = translated.returned(where)
    given_lines = totals_input(cart)
    lines = tuple(replace(line, counters=where[line.id]) for line in given_lines.lines)
    result = calculate(replace(given_lines, lines=lines))
    totals, parts = figures(expected)
    close = CLOSE if rounding == "none" else Fraction(0)
    assert far(totals, order_totals(result), close) == {}
    for part in (*result.lines, *result.shipping_methods):
        assert far_in_part(parts[part.id], part, close) == {}, part.id


def written_by_both(case: Case) -> tuple[CartState, Cart]:
    """Let both make all writes of the case, and compare the discounts after each."""
    cart = case.cart
    expected = translated.cart_of(cart, FACTS, PRODUCT_FACTS)
    ids = {promotion.code: promotion.id for promotion in case.promotions}
    for number, codes in enumerate(case.writes):
        if number:
            cart = case.changed(cart)
            for line in expected.lines:
                line.quantity = Fraction(case.later[line.id]) if line.id in case.later else line.quantity
        asked = [ids[code] for code in codes]
        held = [p for p in case.promotions if p.is_automatic or p.id in [*expected.codes, *asked]]
        promote(expected, [translated.promotion_of(each) for each in held], asked)
        cart = case.written(cart, codes)
        theirs = {(item.id, off.promotion): off.amount for item in expected.items for off in item.offs}
        ours = {
            (thing.id, str(part.promotion_id)): part.amount
            for thing in (*cart.lines, *cart.methods)
            for part in thing.adjustments
        }
        assert ours.keys() == theirs.keys()
        assert far(theirs, ours, CLOSE_DISCOUNT) == {}
    return cart, expected


def far_in_part(expected: Figures, got: LineResult, close: Fraction) -> dict[str, tuple[Fraction, Fraction]]:
    """Return what differs in a line or method: its totals, tax lines and discounts."""
    units = got.units._asdict() if got.units else {}
    taxes = [(tax.subtotal, tax.total) for tax in got.tax_lines]
    offs = [(part.subtotal, part.total) for part in got.adjustments]
    return far(
        {**expected.totals, **named("tax", expected.taxes), **named("discount", expected.offs)},
        {**got.totals._asdict(), **units, **named("tax", taxes), **named("discount", offs)},
        close,
    )


def named(name: str, pairs: list[tuple[Fraction, Fraction]] | list[tuple[Decimal, Decimal]]) -> Amounts:
    return {
        f"{name} {number}/{side}": Fraction(amount)
        for number, pair in enumerate(pairs)
        for side, amount in enumerate(pair)
    }


def far(
    expected: dict[str, Fraction], got: dict[str, Decimal], close: Fraction
) -> dict[str, tuple[Fraction, Fraction]]:
    """Return what is not within `close`; a published amount of 0.0001 or less is 0 (contract section 6)."""
    return {
        name: (amount, Fraction(got[name]))
        for name, amount in expected.items()
        if abs(amount - Fraction(got[name])) > close
        and not (got[name] == 0 and abs(amount) <= Fraction(1, 10_000) + CLOSE)
    }
