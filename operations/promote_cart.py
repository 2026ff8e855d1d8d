"""Give a cart the discounts of its promotions, in memory (contract section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any, Final

from commerce.cart.rows import Adjustment, CartState, Line, Method
from commerce.promotion.eligibility import missing_attribute
from commerce.promotion.rules import discounts
from commerce.promotion.types import Basket, Discount, Promotion, Target
from commerce.totals.exact import rate_of
from commerce.totals.publish import cart_totals
from commerce.totals.rules import calculate
from commerce.totals.types import Priced
from kit.decimals import EXACT, div, kept
from kit.errors import invalid_data
from kit.ids import new_id
from operations.load_promotions import LoadedPromotions
from operations.price_cart import totals_input

ONE: Final = Decimal(1)


def promote(cart: CartState, found: LoadedPromotions | None) -> tuple[CartState, Mapping[str, str]]:
    """Return the cart with its promotions' discounts, and by code why the others took nothing.

    Rules about totals see the discounts of all other promotions. Since taking one off changes what the others see, it
    is done again until nothing changes; a promotion that fell out does not come back in the same write, so that ends.
    Errors: invalid_data when a code was asked for whose campaign counts by something that the cart does not have.
    """
    if found is None:
        return (_without_discounts(cart) if cart.promotion_ids else cart), {}
    candidates, reasons = list(found.promotions), dict[str, str]()
    while True:
        basket = basket_of(cart, found, candidates)
        _refuse_uncounted(basket, candidates, found.asked)
        result = discounts(basket, candidates)
        reasons |= result.reasons
        applied = {discount.promotion_id for discount in result.applied}
        before, cart = cart, _with_discounts(cart, result.applied, applied)
        candidates = [promotion for promotion in candidates if promotion.id in applied]
        if _facts(before) == _facts(cart):
            return cart, reasons


def basket_of(cart: CartState, found: LoadedPromotions, promotions: Iterable[Promotion]) -> Basket:
    """Return the cart as promotions see it."""
    given = totals_input(cart)
    with localcontext(EXACT):
        priced: list[Priced] = [*given.lines, *given.shipping_methods]
        rates = {thing.id: _target_sums(thing) for thing in priced}
    items = tuple(
        Target(line.id, line.quantity, *rates[line.id], _line_facts(line, found), line.is_discountable)
        for line in cart.lines
    )
    methods = tuple(Target(method.id, ONE, *rates[method.id], _method_facts(method)) for method in cart.methods)
    facts = {**found.cart, "items": [item.facts for item in items], "shipping_methods": [m.facts for m in methods]}
    return Basket(
        currency_code=cart.currency_code,
        now=found.now,
        facts=facts,
        items=items,
        shipping_methods=methods,
        totals=_totals(cart),
        totals_without={
            promotion.id: _totals(_without(cart, promotion.id))
            for promotion in promotions
            if promotion.rules and promotion.id in cart.promotion_ids
        },
    )


def _target_sums(thing: Priced) -> tuple[Decimal, Decimal]:
    """Return what a line or method costs without tax, and its rate."""
    rate, gross = rate_of(thing), thing.unit_price * thing.quantity
    return (div(gross, ONE + rate) if thing.is_tax_inclusive and rate else gross), rate


def _totals(cart: CartState) -> Mapping[str, Decimal]:
    return cart_totals(calculate(totals_input(cart)))


def _line_facts(line: Line, found: LoadedPromotions) -> Mapping[str, Any]:
    return {
        "id": line.id,
        "variant_id": line.variant_id,
        "product_id": line.product_id,
        "product_type_id": line.product_type_id,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "is_giftcard": line.is_giftcard,
        "requires_shipping": line.requires_shipping,
        "metadata": line.metadata,
        "variant": {"id": line.variant_id},
        "product": found.products.get(line.product_id or ""),
    }


def _method_facts(method: Method) -> Mapping[str, Any]:
    return {
        "id": method.id,
        "name": method.name,
        "amount": method.amount,
        "shipping_option_id": method.shipping_option_id,
        "shipping_option": {"id": method.shipping_option_id, "shipping_profile_id": method.shipping_profile_id},
    }


def _refuse_uncounted(basket: Basket, promotions: Iterable[Promotion], asked: frozenset[str]) -> None:
    for promotion in promotions:
        missing = missing_attribute(promotion.budget, basket) if promotion.code in asked else None
        if missing is not None:
            raise invalid_data(
                f"The campaign of {promotion.code} counts uses by {missing}, which the cart does not have"
            )


def _with_discounts(cart: CartState, applied: tuple[Discount, ...], ids: set[str]) -> CartState:
    given: dict[str, list[tuple[int, Discount]]] = {}
    ranks: dict[str, int] = {}
    for discount in applied:
        rank = ranks.setdefault(discount.promotion_id, len(ranks))
        given.setdefault(discount.target_id, []).append((rank, discount))
    lines = tuple(replace(line, adjustments=_adjustments(given.get(line.id, ()), "caliadj")) for line in cart.lines)
    methods = tuple(
        replace(method, adjustments=_adjustments(given.get(method.id, ()), "casmadj")) for method in cart.methods
    )
    return replace(cart, lines=lines, methods=methods, promotion_ids=tuple(sorted(ids)))


def _adjustments(given: Iterable[tuple[int, Discount]], prefix: str) -> tuple[Adjustment, ...]:
    # As they are stored: a digit more than that, and the cart that is read back would round to another total.
    return tuple(
        Adjustment(new_id(prefix), kept(d.amount), d.is_tax_inclusive, d.code, d.promotion_id, rank)
        for rank, d in given
    )


def _without_discounts(cart: CartState) -> CartState:
    return _with_discounts(cart, (), set())


def _without(cart: CartState, promotion_id: str) -> CartState:
    """Return the cart as it would be without one promotion's discounts."""

    def others(thing: Line | Method) -> tuple[Adjustment, ...]:
        return tuple(part for part in thing.adjustments if part.promotion_id != promotion_id)

    return replace(
        cart,
        lines=tuple(replace(line, adjustments=others(line)) for line in cart.lines),
        methods=tuple(replace(method, adjustments=others(method)) for method in cart.methods),
    )


def _facts(cart: CartState) -> list[tuple[str, str | None, Decimal]]:
    things: list[Line | Method] = [*cart.lines, *cart.methods]
    return [(thing.id, part.promotion_id, part.amount) for thing in things for part in thing.adjustments]
