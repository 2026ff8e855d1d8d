"""From a cart and its promotions to the discounts on its lines and shipping methods (contract section 9); pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext

from commerce.promotion.amounts import Left, amounts
from commerce.promotion.budgets import Purse
from commerce.promotion.buyget import Units, buyget_amounts
from commerce.promotion.eligibility import BUDGET_USED, NOTHING, why_not
from commerce.promotion.matching import matching
from commerce.promotion.types import Basket, Discount, Discounts, Promotion, Target
from kit.decimals import EXACT, NEGLIGIBLE, ZERO, drop_tail


def discounts(basket: Basket, promotions: Sequence[Promotion]) -> Discounts:
    """Return what the promotions take off, buygets first, then the larger values (20 % and 20 EUR alike).

    Each works on what the earlier ones left, so their sum never exceeds a line. Amounts of 0.0001 or less are dropped.
    """
    with localcontext(EXACT):
        left, used, purse = Left([*basket.items, *basket.shipping_methods]), Units(), Purse()
        applied: list[Discount] = []
        reasons: dict[str, str] = {}
        for promotion in sorted(promotions, key=order_of_application):
            reason, free = why_not(promotion, basket), used.copy()
            taken = [] if reason else list(_take(promotion, basket, left, used))
            within = purse.allow(promotion.budget, taken)
            for target, amount in within:
                left.take(target, amount, gross=promotion.is_gross)
                applied.append(Discount(target.id, promotion.id, promotion.code, amount, promotion.is_gross))
            if not within:
                used = free  # what takes nothing has spoken for nothing: it is gone with the next write
                reasons[promotion.code] = reason or (BUDGET_USED if taken else NOTHING)
        return Discounts(tuple(applied), reasons)


def order_of_application(promotion: Promotion) -> tuple[bool, Decimal, Decimal, Decimal, str]:
    """Return what promotions are sorted by (contract section 9); ties, which it leaves open, by id."""
    ties = promotion.kind == "buyget"
    return (
        not ties,
        -promotion.value,
        -(promotion.buy_rules_min_quantity or ZERO) if ties else ZERO,
        -(promotion.apply_to_quantity or ZERO) if ties else ZERO,
        promotion.id,
    )


def _take(promotion: Promotion, basket: Basket, left: Left, used: Units) -> Iterator[tuple[Target, Decimal]]:
    # By id, so that no order in which lines are read can decide where a budget ends.
    lines = [item for item in _by_id(basket.items) if item.is_discountable and item.subtotal > ZERO]
    if promotion.kind == "buyget":
        found = buyget_amounts(promotion, lines, left, used)
    elif promotion.target_type == "shipping_methods":
        methods = matching(_by_id(basket.shipping_methods), promotion.target_rules, "shipping_methods.")
        found = amounts(promotion, methods, left)
    else:
        found = amounts(promotion, matching(lines, promotion.target_rules, "items."), left)
    return ((target, amount) for target, amount in found if drop_tail(amount) > NEGLIGIBLE)


def _by_id(targets: Sequence[Target]) -> list[Target]:
    return sorted(targets, key=lambda target: target.id)
