"""What must hold for every cart and order, whatever the prices, rates and promotions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from commerce.totals.exact import PERCENT, rate_of
from commerce.totals.publish import cart_totals, line_totals, order_totals
from commerce.totals.results import LineResult, TotalsResult
from commerce.totals.rules import calculate
from commerce.totals.spread import promotion_parts, settle_own_sides
from commerce.totals.types import CreditLine, Priced, Rounding, TotalsInput
from kit.decimals import EXACT, ZERO, div, rho
from tests.unit.totals.generated import PROPERTY, carts, discounted, orders


def parts_of(result: TotalsResult) -> tuple[LineResult, ...]:
    return (*result.lines, *result.shipping_methods)


def priced(cart: TotalsInput) -> list[Priced]:
    return [*cart.lines, *cart.shipping_methods]


@PROPERTY
@given(carts())
def test_every_identity_of_a_line_is_exact(cart: TotalsInput) -> None:
    for part in parts_of(calculate(cart)):
        t = part.totals
        assert t.total == t.subtotal - t.discount_subtotal + t.tax_total
        assert t.original_total == t.original_subtotal + t.original_tax_total
        assert t.original_total - t.discount_total == t.total
        assert t.discount_total == t.discount_subtotal + t.discount_tax_total
        assert sum(tax.total for tax in part.tax_lines) == t.tax_total
        assert sum(tax.subtotal for tax in part.tax_lines) == t.original_tax_total
        assert sum(adjustment.subtotal for adjustment in part.adjustments) == t.discount_subtotal
        assert sum(adjustment.total for adjustment in part.adjustments) == t.discount_total


@PROPERTY
@given(carts(), st.integers(0, 5000))
def test_every_identity_of_a_cart_is_exact(cart: TotalsInput, credit: int) -> None:
    given_back = CreditLine("credit", credit * cart.currency.unit)
    result = calculate(replace(cart, credit_lines=(given_back,)))
    t = cart_totals(result)
    assert t["total"] == t["subtotal"] - t["discount_subtotal"] + t["tax_total"] - t["credit_line_total"]
    assert t["original_total"] - t["discount_total"] - t["credit_line_total"] == t["total"]
    assert t["item_total"] + t["shipping_total"] - t["credit_line_total"] == t["total"]
    for name in ("total", "subtotal", "tax_total", "discount_total"):
        assert t[f"item_{name}"] == sum(line_totals(line)[name] for line in result.lines)
        assert t[f"shipping_{name}"] == sum(line_totals(line)[name] for line in result.shipping_methods)
    for name in ("total", "subtotal", "tax_total"):
        assert t[f"original_item_{name}"] + t[f"original_shipping_{name}"] == t[f"original_{name}"]


@PROPERTY
@given(orders())
def test_every_amount_is_a_multiple_of_the_minor_unit_and_none_is_negative(order: TotalsInput) -> None:
    result = calculate(order)
    amounts = [*order_totals(result).values()]
    for part in parts_of(result):
        amounts += line_totals(part).values()
        amounts += [amount for tax in part.tax_lines for amount in tax[1:]]
        amounts += [amount for adjustment in part.adjustments for amount in adjustment[1:]]
    assert all(amount >= 0 and amount == rho(amount, order.currency.unit) for amount in amounts)


@PROPERTY
@given(carts(promotions=2), st.booleans())
def test_hundred_percent_off_what_is_left_costs_nothing(cart: TotalsInput, is_inclusive: bool) -> None:  # noqa: FBT001 - drawn
    everything = Decimal(100)
    free = replace(
        cart,
        lines=tuple(discounted(line, 9, everything, inclusive=is_inclusive) for line in cart.lines),
        shipping_methods=tuple(
            discounted(method, 9, everything, inclusive=is_inclusive) for method in cart.shipping_methods
        ),
    )
    totals = cart_totals(calculate(free))
    assert totals["total"] == totals["tax_total"] == 0
    assert totals["discount_total"] == totals["original_total"]


@PROPERTY
@given(carts(promotions=0))
def test_inclusive_price_without_discount_is_paid_to_the_cent(cart: TotalsInput) -> None:
    for line, part in zip(priced(cart), parts_of(calculate(cart)), strict=True):
        if line.is_tax_inclusive:
            assert part.totals.total == rho(line.unit_price * line.quantity, cart.currency.unit)
        else:
            assert part.totals.subtotal == rho(line.unit_price * line.quantity, cart.currency.unit)


@PROPERTY
@given(carts(), st.randoms(use_true_random=False), st.sampled_from(["currency", "none"]))
def test_order_of_lines_does_not_matter(cart: TotalsInput, random: object, rounding: Rounding) -> None:
    shuffled = [*cart.lines]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = calculate(replace(cart, rounding=rounding))
    other = calculate(replace(cart, rounding=rounding, lines=tuple(shuffled)))
    assert cart_totals(one) == cart_totals(other)
    assert {line.id: line for line in one.lines} == {line.id: line for line in other.lines}


@PROPERTY
@given(carts())
def test_line_and_tax_anchors_are_within_half_a_minor_unit(cart: TotalsInput) -> None:
    half = cart.currency.unit * Decimal("0.5")
    own, left = settle_own_sides(priced(cart), cart.currency.unit)
    with localcontext(EXACT):
        for line, part in zip(priced(cart), parts_of(calculate(cart)), strict=True):
            rate = rate_of(line)
            assert abs(own[line.id] - line.unit_price * line.quantity) <= half
            if line.is_tax_inclusive:
                assert abs(part.totals.tax_total - div(left[line.id] * rate, 1 + rate)) <= half
                continue
            for tax, result in zip(line.tax_lines, part.tax_lines, strict=True):
                assert abs(result.total - left[line.id] * tax.rate * PERCENT) <= half
                assert abs(result.subtotal - own[line.id] * tax.rate * PERCENT) <= half


@PROPERTY
@given(carts(promotions=1, whole=True))
def test_promotion_as_a_whole_is_within_half_a_minor_unit(cart: TotalsInput) -> None:
    own, left = settle_own_sides(priced(cart), cart.currency.unit)
    with localcontext(EXACT):
        for parts in promotion_parts(priced(cart)):
            taken = sum([own[line] - left[line] for line in parts], ZERO)
            assert abs(taken - sum(parts.values(), ZERO)) <= cart.currency.unit * Decimal("0.5")


@PROPERTY
@given(carts())
def test_both_modes_stay_close(cart: TotalsInput) -> None:
    result = calculate(cart)
    exact = calculate(replace(cart, rounding="none"))
    lines = priced(cart)
    roundings = sum(1 + len(line.tax_lines) + 2 * len(line.adjustments) for line in lines)
    assert abs(result.total - exact.total) <= cart.currency.unit * roundings


@PROPERTY
@given(carts(rounding="none"))
def test_exact_chain_keeps_the_identities_to_the_last_places(cart: TotalsInput) -> None:
    for part in parts_of(calculate(cart)):
        t = part.totals
        with localcontext(EXACT):
            assert abs(t.original_total - t.discount_total - t.total) < Decimal("1e-14")
            assert abs(sum(tax.total for tax in part.tax_lines) - t.tax_total) < Decimal("1e-14")
            assert sum(a.subtotal for a in part.adjustments) == t.discount_subtotal


@PROPERTY
@given(orders(), st.sampled_from(["currency", "none"]))
def test_units_that_come_back_and_units_that_stay_add_up(order: TotalsInput, rounding: Rounding) -> None:
    order = replace(order, rounding=rounding)
    bought = calculate(replace(order, lines=tuple(replace(line, counters=None) for line in order.lines)))
    for before, after in zip(bought.lines, calculate(order).lines, strict=True):
        units = after.units
        assert units is not None
        back = units.return_received_total + units.return_dismissed_total
        close = Decimal(0) if rounding == "currency" else Decimal("1e-14")
        with localcontext(EXACT):
            assert abs(before.totals.total - back - after.totals.total) <= close
            assert abs(after.totals.total - units.return_requested_total - units.refundable_total) <= close
