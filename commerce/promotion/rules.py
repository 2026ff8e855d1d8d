"""From a cart and its promotions to the discounts on its lines and shipping methods (contract section 9); pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext

from commerce.promotion.amounts import Left, amounts
from commerce.promotion.buyget import Units, buyget_amounts
from commerce.promotion.eligibility import BUDGET_USED, NOTHING, SPEND, why_not
from commerce.promotion.matching import matching
from commerce.promotion.types import Basket, Discount, Discounts, Promotion, Target
from kit.decimals import EXACT, NEGLIGIBLE, ZERO


def discounts(basket: Basket, promotions: Sequence[Promotion]) -> Discounts:
    """Return what the promotions take off, buygets first, then the larger values (20 % and 20 EUR alike).

    Each works on what the earlier ones left, so their sum never exceeds a line. Amounts of 0.0001 or less are dropped.
    """
    with localcontext(EXACT):
        left, used = Left([*basket.items, *basket.shipping_methods]), Units()
        applied: list[Discount] = []
        reasons: dict[str, str] = {}
        for promotion in sorted(promotions, key=_order):
            reason = why_not(promotion, basket)
            taken = [] if reason else list(_take(promotion, basket, left, used))
            within = list(_within_budget(promotion, taken))
            for target, amount in within:
                left.take(target, amount, gross=promotion.is_gross)
                applied.append(Discount(target.id, promotion.id, promotion.code, amount, promotion.is_gross))
            if not within:
                reasons[promotion.code] = reason or (BUDGET_USED if taken else NOTHING)
        return Discounts(tuple(applied), reasons)


def _order(promotion: Promotion) -> tuple[bool, Decimal, Decimal, Decimal, str]:
    ties = promotion.kind == "buyget"
    return (
        not ties,
        -promotion.value,
        -(promotion.buy_rules_min_quantity or ZERO) if ties else ZERO,
        -(promotion.apply_to_quantity or ZERO) if ties else ZERO,
        promotion.id,
    )


def _take(promotion: Promotion, basket: Basket, left: Left, used: Units) -> Iterator[tuple[Target, Decimal]]:
    lines = [item for item in basket.items if item.is_discountable and item.subtotal > ZERO]
    if promotion.kind == "buyget":
        found = buyget_amounts(promotion, lines, left, used)
    elif promotion.target_type == "shipping_methods":
        methods = matching(basket.shipping_methods, promotion.target_rules, "shipping_methods.")
        found = amounts(promotion, methods, left)
    else:
        found = amounts(promotion, matching(lines, promotion.target_rules, "items."), left)
    return ((target, amount) for target, amount in found if amount > NEGLIGIBLE)


def _within_budget(promotion: Promotion, taken: Sequence[tuple[Target, Decimal]]) -> Iterator[tuple[Target, Decimal]]:
    """Yield what a campaign's spend budget allows: a line that would pass it is left out.

    The lines of one cart count together, where the peer looks at each alone and fails when the order is placed.
    """
    budget = promotion.budget
    if budget is None or budget.type != SPEND or budget.limit is None:
        yield from taken
        return
    rest = budget.limit - budget.used
    for target, amount in taken:
        if amount <= rest:
            rest -= amount
            yield target, amount
