"""What must hold for every cart and order, whatever the prices, rates, quantities and promotions: the laws of money.

Each law is a function of one `Placed`; test_laws.py holds thousands of generated ones against all of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeVar

from commerce.cart.rows import CartState, Method
from commerce.cart.rows import Line as CartLine
from commerce.promotion.types import Promotion
from commerce.totals.exact import PERCENT, rate_of
from commerce.totals.publish import adjustment_totals, cart_totals, line_totals, order_totals, tax_line_totals
from commerce.totals.results import LineResult, TotalsResult
from commerce.totals.rounded import RoundedLine
from commerce.totals.rules import calculate
from commerce.totals.spread import promotion_parts, settle_own_sides
from commerce.totals.types import Counters, CreditLine, Priced, TotalsInput
from kit.decimals import EXACT, ZERO, div, drop_tail, rho, to_number
from operations.price_cart import totals_input
from operations.promote_cart import promote
from tests.support.generated_carts import Case, in_mode

HALF: Final = Decimal("0.5")
TAIL: Final = Decimal("1e-14")
Law = Callable[["Placed"], None]
LAWS: list[Law] = []
Thing = TypeVar("Thing", CartLine, Method)
EVERYTHING: Final = Promotion("promo_all", "ALL", "standard", "active", "percentage", Decimal(100), "order")
SHIPPED_FREE: Final = replace(EVERYTHING, id="promo_s", code="S", target_type="shipping_methods", allocation="across")


@dataclass(frozen=True)
class Placed:
    """A generated cart in mode `currency`, where the units of its order are, and chance to shuffle by."""

    case: Case
    counters: dict[str, Counters]
    seed: int

    @cached_property
    def cart(self) -> CartState:
        return self.case.promoted

    @cached_property
    def given(self) -> TotalsInput:
        return totals_input(self.cart)

    @cached_property
    def result(self) -> TotalsResult:
        return calculate(self.given)

    @cached_property
    def order(self) -> TotalsInput:
        lines = tuple(replace(line, counters=self.counters[line.id]) for line in self.given.lines)
        return replace(self.given, lines=lines)

    @cached_property
    def ordered(self) -> TotalsResult:
        return calculate(self.order)

    @property
    def unit(self) -> Decimal:
        return self.given.currency.unit

    @property
    def pairs(self) -> list[tuple[Priced, LineResult]]:
        things: list[Priced] = [*self.given.lines, *self.given.shipping_methods]
        return list(zip(things, (*self.result.lines, *self.result.shipping_methods), strict=True))


def law(function: Law) -> Law:
    LAWS.append(function)
    return function


@law
def identities_of_lines(placed: Placed) -> None:
    for result in (placed.result, placed.ordered):
        for part in (*result.lines, *result.shipping_methods):
            t = part.totals
            assert t.total == t.subtotal - t.discount_subtotal + t.tax_total
            assert t.original_total == t.original_subtotal + t.original_tax_total
            assert t.original_total - t.discount_total == t.total
            assert t.discount_total == t.discount_subtotal + t.discount_tax_total
            assert sum(tax.total for tax in part.tax_lines) == t.tax_total
            assert sum(tax.subtotal for tax in part.tax_lines) == t.original_tax_total
    for _, part in placed.pairs:
        assert sum(adjustment.subtotal for adjustment in part.adjustments) == part.totals.discount_subtotal
        assert sum(adjustment.total for adjustment in part.adjustments) == part.totals.discount_total


@law
def identities_of_the_whole(placed: Placed) -> None:
    credit = CreditLine("credit", placed.seed * placed.unit)
    for result in (placed.result, placed.ordered, calculate(replace(placed.order, credit_lines=(credit,)))):
        t = cart_totals(result)
        assert t["total"] == t["subtotal"] - t["discount_subtotal"] + t["tax_total"] - t["credit_line_total"]
        assert t["original_total"] - t["discount_total"] - t["credit_line_total"] == t["total"]
        assert t["item_total"] + t["shipping_total"] - t["credit_line_total"] == t["total"]
        assert t["discount_total"] == t["item_discount_total"] + t["shipping_discount_total"]
        for name in ("total", "subtotal", "tax_total", "discount_total"):
            assert t[f"item_{name}"] == sum(line_totals(line)[name] for line in result.lines)
            assert t[f"shipping_{name}"] == sum(line_totals(line)[name] for line in result.shipping_methods)
        for name in ("total", "subtotal", "tax_total"):
            assert t[f"original_item_{name}"] + t[f"original_shipping_{name}"] == t[f"original_{name}"]


@law
def whole_minor_units_and_nothing_negative(placed: Placed) -> None:
    amounts = [*order_totals(placed.ordered).values()]
    for part in (*placed.ordered.lines, *placed.ordered.shipping_methods):
        amounts += line_totals(part).values()
        for of_part in (*tax_line_totals(part).values(), *adjustment_totals(part).values()):
            amounts += of_part.values()
    assert all(amount >= 0 and amount == rho(amount, placed.unit) for amount in amounts)


@law
def no_discount_above_the_line(placed: Placed) -> None:
    for thing, part in placed.pairs:
        t, rate = part.totals, rate_of(thing)
        assert t.discount_subtotal <= t.subtotal
        assert t.discount_total <= t.original_total
        with localcontext(EXACT):
            gross = sum([a.amount * (1 if a.is_tax_inclusive else 1 + rate) for a in thing.adjustments], ZERO)
            full = thing.unit_price * thing.quantity
            assert gross <= (full if thing.is_tax_inclusive else full * (1 + rate)) + TAIL


@law
def without_discount_the_price_is_paid_to_the_cent(placed: Placed) -> None:
    for thing, part in placed.pairs:
        price = rho(EXACT.multiply(thing.unit_price, thing.quantity), placed.unit)
        assert (part.totals.original_total if thing.is_tax_inclusive else part.totals.subtotal) == price
        if not thing.adjustments:
            assert part.totals.total == part.totals.original_total


@law
def everything_off_costs_nothing(placed: Placed) -> None:
    """All promotions of the case are there too: those of larger values and buygets take their part before."""
    everything = replace(EVERYTHING, is_tax_inclusive=bool(placed.seed % 2))
    free = calculate(totals_input(_promoted_by(placed, [*placed.case.promotions, everything, SHIPPED_FREE])))
    assert free.total == free.items.tax_total == free.shipping.tax_total == 0
    assert free.items.discount_total == free.items.original_total
    assert free.shipping.discount_total == free.shipping.original_total


@law
def order_of_lines_does_not_matter(placed: Placed) -> None:
    dice = random.Random(placed.seed)
    cart, promotions = placed.case.cart, placed.case.promotions
    other = replace(
        placed.case,
        cart=replace(
            cart,
            lines=tuple(dice.sample(cart.lines, len(cart.lines))),
            methods=tuple(dice.sample(cart.methods, len(cart.methods))),
        ),
        promotions=tuple(dice.sample(promotions, len(promotions))),
    )
    assert discounts_of(other.promoted) == discounts_of(placed.cart)
    lines = dice.sample(placed.order.lines, len(placed.order.lines))
    for rounding in ("currency", "none"):
        one = calculate(replace(placed.order, rounding=rounding))
        two = calculate(replace(placed.order, rounding=rounding, lines=tuple(lines)))
        assert order_totals(one) == order_totals(two)
        assert {line.id: line for line in one.lines} == {line.id: line for line in two.lines}


@law
def once_more_changes_nothing(placed: Placed) -> None:
    """Hold an unchanged cart against itself written again, and read back from its columns."""
    for cart in (placed.cart, in_mode(placed.case, "none").promoted):
        again = placed.case.written(cart)
        assert discounts_of(again) == discounts_of(cart)
        assert again.promotion_ids == cart.promotion_ids
    assert calculate(totals_input(placed.case.written(stored(placed.cart)))).total == placed.result.total
    back = calculate(totals_input(stored(placed.cart)))
    assert cart_totals(back) == cart_totals(placed.result)
    assert [line.totals for line in back.lines] == [line.totals for line in placed.result.lines]


@law
def anchors_hold_to_the_exact_chain(placed: Placed) -> None:
    """Allow half a minor unit without promotion, less than one more for each; taxes: half one of their base."""
    things = [thing for thing, _ in placed.pairs]
    own, left = settle_own_sides(things, placed.unit)
    with localcontext(EXACT):
        exact = {thing.id: thing.unit_price * thing.quantity for thing in things}
        number = dict.fromkeys(exact, 0)
        for parts in promotion_parts(things):
            for id_, part in parts.items():
                exact[id_] -= part
                number[id_] += 1
        for thing, part in placed.pairs:
            rate, after = rate_of(thing), number[thing.id]
            assert abs(own[thing.id] - thing.unit_price * thing.quantity) <= placed.unit * HALF
            off = abs(left[thing.id] - exact[thing.id])
            assert off < placed.unit * (HALF + after) or (not after and off == placed.unit * HALF)
            if thing.is_tax_inclusive:
                assert abs(part.totals.tax_total - div(left[thing.id] * rate, 1 + rate)) <= placed.unit * HALF
                continue
            for tax, got in zip(thing.tax_lines, part.tax_lines, strict=True):
                assert abs(got.total - left[thing.id] * tax.rate * PERCENT) <= placed.unit * HALF
                assert abs(got.subtotal - own[thing.id] * tax.rate * PERCENT) <= placed.unit * HALF


@law
def both_modes_stay_close(placed: Placed) -> None:
    """Allow a line the distance of its anchors on the own side, and the rounding of its taxes."""
    exact = calculate(replace(placed.given, rounding="none"))
    for (thing, part), bare in zip(placed.pairs, (*exact.lines, *exact.shipping_methods), strict=True):
        own_side = HALF + len({adjustment.promotion for adjustment in thing.adjustments})
        taxed = own_side if thing.is_tax_inclusive else own_side * (1 + rate_of(thing)) + HALF * len(thing.tax_lines)
        assert EXACT.abs(EXACT.subtract(part.totals.total, bare.totals.total)) <= placed.unit * taxed + TAIL


@law
def what_comes_back_and_what_stays_add_up(placed: Placed) -> None:
    for rounding in ("currency", "none"):
        close = ZERO if rounding == "currency" else TAIL
        bought = calculate(replace(placed.given, rounding=rounding))
        kept = calculate(replace(placed.order, rounding=rounding))
        for before, after in zip(bought.lines, kept.lines, strict=True):
            units = after.units
            assert units is not None
            back = units.return_received_total + units.return_dismissed_total
            with localcontext(EXACT):
                assert abs(before.totals.total - back - after.totals.total) <= close
                assert abs(after.totals.total - units.return_requested_total - units.refundable_total) <= close


@law
def piece_by_piece_gives_back_what_was_paid(placed: Placed) -> None:
    dice = random.Random(placed.seed)
    own, left = settle_own_sides([thing for thing, _ in placed.pairs], placed.unit)
    for line, part in zip(placed.given.lines, placed.result.lines, strict=True):
        measured = RoundedLine(line, placed.unit, own[line.id], left[line.id])
        with localcontext(EXACT):
            cuts = [line.quantity * dice.randrange(101) * PERCENT for _ in range(3)]
            worth = [measured.at(count).totals.total for count in sorted([ZERO, *cuts, line.quantity])]
            pieces = [more - less for less, more in pairwise(worth)]
            assert all(piece >= 0 for piece in pieces)
            assert sum(pieces) == part.totals.total


@law
def unrounded_identities_hold_to_the_last_places(placed: Placed) -> None:
    result = calculate(replace(placed.given, rounding="none"))
    for part in (*result.lines, *result.shipping_methods):
        t = part.totals
        with localcontext(EXACT):
            assert abs(t.original_total - t.discount_total - t.total) < TAIL
            assert abs(t.subtotal - t.discount_subtotal + t.tax_total - t.total) < TAIL
            assert abs(sum(tax.total for tax in part.tax_lines) - t.tax_total) < TAIL
            assert sum(a.subtotal for a in part.adjustments) == t.discount_subtotal
            assert min(t) > -TAIL


@law
def what_the_cart_shows_its_budgets_allow(placed: Placed) -> None:
    drawn: dict[str, Decimal] = {}
    for promotion in placed.case.promotions:
        budget = promotion.budget
        if promotion.id not in placed.cart.promotion_ids or budget is None:
            continue
        spent = sum((amount for _, id_, amount in discounts_of(placed.cart) if id_ == promotion.id), ZERO)
        drawn[budget.id] = EXACT.add(drawn.get(budget.id, budget.used), spent if budget.type == "spend" else Decimal(1))
        assert budget.limit is not None
        assert drawn[budget.id] <= budget.limit + TAIL


def drift(placed: Placed) -> Decimal:
    """Return how much more than exactly all promotions together take off, on the lines' own sides."""
    things = [thing for thing, _ in placed.pairs]
    own, left = settle_own_sides(things, placed.unit)
    with localcontext(EXACT):
        parts = sum([sum(each.values(), ZERO) for each in promotion_parts(things)], ZERO)
        return sum(own.values(), ZERO) - sum(left.values(), ZERO) - drop_tail(parts)


def discounts_of(cart: CartState) -> list[tuple[str, str | None, Decimal]]:
    """Return line, promotion and amount of every discount, sorted."""
    things = [*cart.lines, *cart.methods]
    return sorted((thing.id, part.promotion_id, part.amount) for thing in things for part in thing.adjustments)


def stored(cart: CartState) -> CartState:
    """Return the cart as it is read back: its discounts' amounts have 20 places then."""

    def cut(thing: Thing) -> Thing:
        return replace(
            thing, adjustments=tuple(replace(a, amount=Decimal(to_number(a.amount))) for a in thing.adjustments)
        )

    return replace(cart, lines=tuple(cut(line) for line in cart.lines), methods=tuple(cut(m) for m in cart.methods))


def _promoted_by(placed: Placed, promotions: list[Promotion]) -> CartState:
    """Return the cart, all of its lines discountable, with these promotions instead of its own."""
    cart = placed.case.cart
    cart = replace(cart, lines=tuple(replace(line, is_discountable=True) for line in cart.lines))
    case = replace(placed.case, cart=cart, promotions=tuple(promotions))
    return promote(cart, case.found(cart, [promotion.code for promotion in promotions]))[0]
