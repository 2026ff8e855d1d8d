"""Give a cart the discounts of its promotions, in memory (contract section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any, Final

from commerce.cart.rows import Adjustment, CartState, Line, Method
from commerce.promotion.eligibility import BUDGET_USED, CROWDED, NOTHING, missing_attribute, why_not
from commerce.promotion.rules import discounts, order_of_application
from commerce.promotion.types import Basket, Discount, Promotion, Target
from commerce.totals.exact import rate_of
from commerce.totals.publish import CART_TOTALS, cart_totals
from commerce.totals.rules import calculate
from commerce.totals.types import Priced
from kit.decimals import EXACT, div, drop_tail, kept
from kit.errors import invalid_data
from kit.ids import new_id
from operations.load_promotions import LoadedPromotions
from operations.price_cart import totals_input

ONE: Final = Decimal(1)


def promote(cart: CartState, found: LoadedPromotions | None) -> tuple[CartState, Mapping[str, str]]:
    """Return the cart with its promotions' discounts, and by code why the others took nothing.

    Rules about totals see the discounts of all other promotions, and each discount changes what the others see. So the
    codes and what the cart has stand or fall together first; then automatic promotions with such rules join, one by
    one in order of application, where all that act still may. The next write of an unchanged cart changes nothing.
    Errors: invalid_data when a code was asked for whose campaign counts by something that the cart does not have.
    """
    if found is None:
        return (_without_discounts(cart) if cart.promotion_ids else cart), {}
    _refuse_uncounted(found)
    own = {*cart.promotion_ids, *[each.id for each in found.promotions if each.code in found.asked]}
    standing = [each for each in found.promotions if each.id in own or not _waits(each)]
    state = _settled(_brought_up_to_date(cart, found, standing), found, standing)
    waiting = [each for each in found.promotions if _waits(each) and each.id not in state.cart.promotion_ids]
    reasons = dict(state.reasons)
    while waiting:
        joined, why = _joined(state, found, sorted(waiting, key=order_of_application))
        reasons |= why
        if joined is None:
            break
        state = joined
        waiting = [each for each in waiting if each.id not in state.cart.promotion_ids]
    acting = {each.code for each in found.promotions if each.id in state.cart.promotion_ids}
    return state.cart, {code: reason for code, reason in reasons.items() if code not in acting}


@dataclass(frozen=True, slots=True)
class _State:
    """A cart, the promotions that may act on it together, and why others may not or take nothing."""

    cart: CartState
    standing: tuple[Promotion, ...]
    reasons: Mapping[str, str]


def _waits(promotion: Promotion) -> bool:
    """Tell whether a promotion without code looks at the totals, so that it joins after those that do not."""
    return promotion.is_automatic and _looks_at_totals(promotion)


def _looks_at_totals(promotion: Promotion) -> bool:
    return any(rule.attribute in CART_TOTALS for rule in promotion.rules)


def _brought_up_to_date(cart: CartState, found: LoadedPromotions, standing: Sequence[Promotion]) -> CartState:
    """Return the cart with what its promotions take off its lines as they are now, whatever their rules about totals.

    Else a rule would see what was taken off lines that are no longer there, and a code fall for it.
    """
    if not any(_looks_at_totals(each) for each in standing):
        return cart
    acting = [
        replace(each, rules=tuple(rule for rule in each.rules if rule.attribute not in CART_TOTALS))
        for each in standing
        if each.id in cart.promotion_ids
    ]
    return _with_discounts(cart, discounts(basket_of(cart, found, acting), acting).applied)


def _settled(cart: CartState, found: LoadedPromotions, standing: Sequence[Promotion]) -> _State:
    """Take off the cart, round by round, what may not act with all the rest; what fell does not come back here."""
    fallen: dict[str, str] = {}
    while True:
        result = discounts(basket_of(cart, found, standing), standing)
        before, cart = cart, _with_discounts(cart, result.applied)
        fell = {code: reason for code, reason in result.reasons.items() if reason not in {NOTHING, BUDGET_USED}}
        standing = [each for each in standing if each.code not in fell]
        fallen |= fell
        if _facts(before) == _facts(cart) or not any(_looks_at_totals(each) for each in standing):
            return _State(cart, _those_of_next_write(cart, standing), {**fallen, **result.reasons})


def _those_of_next_write(cart: CartState, standing: Sequence[Promotion]) -> tuple[Promotion, ...]:
    """Return what the next write begins with: what acts, and the automatic ones that join whatever the totals are."""
    return tuple(p for p in standing if p.id in cart.promotion_ids or (p.is_automatic and not _looks_at_totals(p)))


def _joined(
    state: _State, found: LoadedPromotions, waiting: Sequence[Promotion]
) -> tuple[_State | None, Mapping[str, str]]:
    """Return the state with the first of `waiting` that may join, or None and why none may."""
    basket, reasons = basket_of(state.cart, found, [*state.standing, *waiting]), dict[str, str]()
    for promotion in waiting:
        reason = why_not(promotion, basket)
        if reason is not None:
            reasons[promotion.code] = reason
            continue
        standing = (*state.standing, promotion)
        result = discounts(basket, standing)
        if promotion.code in result.reasons:
            reasons[promotion.code] = result.reasons[promotion.code]
            continue
        cart = _with_discounts(state.cart, result.applied)
        seen = basket_of(cart, found, standing)
        if all(why_not(each, seen) is None for each in standing if each.id in cart.promotion_ids):
            return _State(cart, _those_of_next_write(cart, standing), result.reasons), {**reasons, **result.reasons}
        reasons[promotion.code] = CROWDED
    return None, reasons


def basket_of(cart: CartState, found: LoadedPromotions, promotions: Sequence[Promotion]) -> Basket:
    """Return the cart as `promotions` see it; without totals when none of them looks at any."""
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
        totals=_totals(cart) if any(_looks_at_totals(each) for each in promotions) else {},
        totals_without={
            promotion.id: _totals(_without(cart, promotion.id))
            for promotion in promotions
            if promotion.id in cart.promotion_ids and _looks_at_totals(promotion)
        },
    )


def _target_sums(thing: Priced) -> tuple[Decimal, Decimal]:
    """Return what a line or method costs without tax, and its rate."""
    rate, gross = rate_of(thing), thing.unit_price * thing.quantity
    return (div(gross, ONE + rate) if thing.is_tax_inclusive and rate else gross), rate


def _totals(cart: CartState) -> Mapping[str, Decimal]:
    totals = cart_totals(calculate(totals_input(cart)))
    return {name: drop_tail(amount) for name, amount in totals.items()}


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


def _refuse_uncounted(found: LoadedPromotions) -> None:
    for promotion in found.promotions:
        missing = missing_attribute(promotion.budget, found.cart) if promotion.code in found.asked else None
        if missing is not None:
            raise invalid_data(
                f"The campaign of {promotion.code} counts uses by {missing}, which the cart does not have"
            )


def _with_discounts(cart: CartState, applied: tuple[Discount, ...]) -> CartState:
    given: dict[str, list[tuple[int, Discount]]] = {}
    ranks: dict[str, int] = {}
    for discount in applied:
        rank = ranks.setdefault(discount.promotion_id, len(ranks))
        given.setdefault(discount.target_id, []).append((rank, discount))
    lines = tuple(replace(line, adjustments=_adjustments(given.get(line.id, ()), "caliadj")) for line in cart.lines)
    methods = tuple(
        replace(method, adjustments=_adjustments(given.get(method.id, ()), "casmadj")) for method in cart.methods
    )
    return replace(cart, lines=lines, methods=methods, promotion_ids=tuple(sorted(ranks)))


def _adjustments(given: Iterable[tuple[int, Discount]], prefix: str) -> tuple[Adjustment, ...]:
    # As they are stored: a digit more than that, and the cart that is read back would round to another total.
    return tuple(
        Adjustment(new_id(prefix), kept(d.amount), d.is_tax_inclusive, d.code, d.promotion_id, rank)
        for rank, d in given
    )


def _without_discounts(cart: CartState) -> CartState:
    return _with_discounts(cart, ())


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
