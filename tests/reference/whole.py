"""A whole cart by the reference: its figures, and what a write makes of its promotions (docs/adr/0008 and 0011)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from fractions import Fraction

from tests.reference.cart import Cart, Promotion
from tests.reference.promotions import apply, is_of_totals, may_act, order_of_application
from tests.reference.rounding import Rounded
from tests.reference.totals import Amounts, Figures, cart_totals, exact_item, kept, quantities, unit_figures


def figures(cart: Cart) -> tuple[Amounts, dict[str, Figures]]:
    """Return the totals of the cart, and the figures of each line and method by id."""
    rounded = Rounded(cart) if cart.rounded else None
    found = {}
    for item in cart.items:
        returned = cart.returned.get(item.id)

        def at(quantity: Fraction) -> Figures:
            return rounded.figures(item, quantity) if rounded else exact_item(item, quantity)  # noqa: B023 - called here

        found[item.id] = at(kept(item, returned))
        if returned is not None:
            total_of = {quantity: at(quantity).totals["total"] for quantity in quantities(item, returned)}
            found[item.id].totals.update(unit_figures(total_of, item, returned))
    lines, methods = ([found[item.id].totals for item in items] for items in (cart.lines, cart.methods))
    return cart_totals(cart, lines, methods), found


def promote(cart: Cart, promotions: Sequence[Promotion], asked: Sequence[str] = ()) -> None:
    """Give the cart the discounts of `promotions`: those it has, those `asked` for by id, and the automatic ones."""
    apply(cart, [p for p in promotions if p.id in cart.codes and may_act(p, cart, None)])  # of the lines as they are
    waiting = [p for p in promotions if p.automatic and _looks_at_totals(p) and p.id not in [*cart.codes, *asked]]
    standing = _settle(cart, [p for p in promotions if p not in waiting])
    standing = [p for p in standing if p.id in cart.codes or (p.automatic and not _looks_at_totals(p))]
    waiting = [p for p in promotions if p.automatic and _looks_at_totals(p) and p.id not in cart.codes]
    joined = True
    while joined:
        joined = False
        for promotion in sorted(waiting, key=order_of_application):
            tried = deepcopy(cart)
            if not may_act(promotion, tried, _seen(tried, promotion)):
                continue
            apply(tried, [*standing, promotion])
            acting = [p for p in [*standing, promotion] if p.id in tried.codes]
            if promotion in acting and all(may_act(p, tried, _seen(tried, p)) for p in acting):
                cart.lines, cart.methods, cart.codes = tried.lines, tried.methods, tried.codes
                standing.append(promotion)
                waiting.remove(promotion)
                joined = True
                break


def _settle(cart: Cart, standing: list[Promotion]) -> list[Promotion]:
    """Take off the cart what may not act with the rest, until all that is left may; return that."""
    while True:
        before = _discounts(cart)
        standing = [p for p in standing if may_act(p, cart, _seen(cart, p))]
        apply(cart, standing)
        if _discounts(cart) == before:
            return standing


def _seen(cart: Cart, promotion: Promotion) -> Amounts:
    """Return the totals that a promotion's rules see: after the discounts of all others."""
    without = deepcopy(cart)
    for item in without.items:
        item.offs = [off for off in item.offs if off.promotion != promotion.id]
    without.codes = [code for code in cart.codes if code != promotion.id]
    return figures(without)[0]


def _looks_at_totals(promotion: Promotion) -> bool:
    return any(is_of_totals(rule) for rule in promotion.rules)


def _discounts(cart: Cart) -> list[tuple[str, str, Fraction]]:
    return [(item.id, off.promotion, off.amount) for item in cart.items for off in item.offs]
