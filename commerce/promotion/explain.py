"""What a promotion does, in words (contract section 9); pure."""

from __future__ import annotations

from decimal import Decimal

from commerce.promotion.types import ONE, Promotion
from kit.decimals import to_number


def promotion_sentence(promotion: Promotion) -> str:
    """Return the code and what it takes off what."""
    value = to_number(promotion.value)
    off = f"{value} %" if promotion.type == "percentage" else f"{value} {_currency(promotion)}"
    side = " of prices with tax" if promotion.is_gross else ""
    automatic = ", automatic" if promotion.is_automatic else ""
    return f"{promotion.code} ({off}{side} {_what(promotion)}{automatic})"


def _currency(promotion: Promotion) -> str:
    return promotion.currency_code.upper() if promotion.currency_code else "in any currency"


def _what(promotion: Promotion) -> str:
    if promotion.kind == "buyget":
        buy, get = promotion.buy_rules_min_quantity or ONE, promotion.apply_to_quantity or ONE
        return f"off {to_number(get)} for {to_number(buy)} bought, up to {_units(promotion.max_quantity or get)}"
    if promotion.target_type == "order":
        return "off the order"
    named = " that its rules name" if promotion.target_rules else ""
    if promotion.target_type == "shipping_methods":
        shared = promotion.allocation == "across" and promotion.type == "fixed"
        return f"off, shared by the shipping methods{named}" if shared else f"off each shipping method{named}"
    if promotion.allocation == "across":
        return f"off, shared by all lines{named}" if promotion.type == "fixed" else f"off all lines{named}"
    units = _units(promotion.max_quantity or ONE)
    if promotion.allocation == "once":
        return f"off the cheapest of all lines{named}, up to {units} of the cart"
    return f"off each of all lines{named}, up to {units} of a line"


def _units(count: Decimal) -> str:
    return f"{to_number(count)} unit{'' if count == ONE else 's'}"
