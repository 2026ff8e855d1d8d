"""Whether a promotion may act on a cart at all, and if not, why, in words that a shopper can be told (section 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from commerce.promotion.matching import holds, values_at
from commerce.promotion.types import Basket, Budget, Facts, Promotion
from kit.decimals import ZERO

ACTIVE: Final = "active"
PER_PROMOTION: Final = "usage"
PER_ATTRIBUTE: Final = "use_by_attribute"
SPEND: Final = "spend"
NOTHING: Final = "there is nothing in the cart that it could lower"
CROWDED: Final = "with it another promotion of the cart would no longer hold"
BUDGET_USED: Final = "its campaign's budget is used up"


def why_not(promotion: Promotion, basket: Basket) -> str | None:
    """Return why the promotion takes nothing off this cart, None when it may."""
    return (
        _out_of_season(promotion, basket.now)
        or _used_up(promotion)
        or _other_currency(promotion, basket.currency_code)
        or _rule_unmet(promotion, basket)
        or (promotion.budget and over_budget(promotion.budget, basket))
        or None
    )


def missing_attribute(budget: Budget | None, facts: Facts) -> str | None:
    """Return the attribute by which a budget counts and of which the cart's `facts` have no value, else None."""
    if budget is None or budget.type != PER_ATTRIBUTE or budget.attribute is None:
        return None
    return None if values_at(facts, path_of(budget.attribute)) else budget.attribute


def path_of(attribute: str) -> str:
    """Return where in a cart the value of a budget's attribute stands: `customer_email` is the customer's."""
    return "email" if attribute == "customer_email" else attribute


def over_budget(budget: Budget, basket: Basket) -> str | None:
    """Return why a budget that counts uses refuses one more, None when it does not."""
    missing = missing_attribute(budget, basket.facts)
    if missing is not None:
        return f"its campaign counts uses by {missing}, which the cart does not have"
    if budget.limit is None or budget.type not in {PER_PROMOTION, PER_ATTRIBUTE}:
        return BUDGET_USED if budget.limit is not None and budget.used >= budget.limit else None
    return BUDGET_USED if budget.used + 1 > budget.limit else None


def _out_of_season(promotion: Promotion, now: datetime) -> str | None:
    if promotion.status != ACTIVE:
        return f"it is {promotion.status}"
    if promotion.starts_at is not None and promotion.starts_at > now:
        return f"its campaign starts on {promotion.starts_at.date()}"
    if promotion.ends_at is not None and promotion.ends_at <= now:
        return f"its campaign ended on {promotion.ends_at.date()}"
    return None


def _used_up(promotion: Promotion) -> str | None:
    if promotion.limit is not None and promotion.limit > ZERO and promotion.used >= promotion.limit:
        return f"it was used {promotion.used} times of {promotion.limit}"
    return None


def _other_currency(promotion: Promotion, currency_code: str) -> str | None:
    if promotion.currency_code and promotion.currency_code.lower() != currency_code.lower():
        return f"it is for {promotion.currency_code.upper()}, the cart is in {currency_code.upper()}"
    return None


def _rule_unmet(promotion: Promotion, basket: Basket) -> str | None:
    if not promotion.rules:
        return None
    facts = basket.seen_by(promotion.id)
    unmet = next((rule for rule in promotion.rules if not holds(rule, facts)), None)
    if unmet is None:
        return None
    found = ", ".join(values_at(facts, unmet.attribute))
    rule = f"its rule {unmet.attribute} {unmet.operator} {', '.join(unmet.values)}"
    return f"{rule} does not hold for {found}" if found else f"{rule} finds nothing of the kind in the cart"
