"""Which promotions and campaigns may be written (contract section 9, Validation); pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from kit.errors import CommerceError, invalid_data

HUNDRED: Final = Decimal(100)
NO_BUY_RULES: Final = "Invalid request: Buyget promotions require at least one buy rule and quantities to be defined"
COUNTED: Final = ("each", "once")


def check_method(method: Mapping[str, Any], promotion_type: str) -> None:
    """Refuse an application method that cannot be computed. Errors: invalid_data in the contract's words."""
    refusal = _value(method) or _allocation(method) or _buyget(method, promotion_type)
    if refusal is not None:
        raise refusal


def check_budget(budget: Mapping[str, Any] | None) -> None:
    """Refuse a budget that nothing can be counted against."""
    if budget is None:
        return
    if budget["type"] == "spend" and not budget.get("currency_code"):
        raise invalid_data("Invalid request: currency_code is required when budget type is spend")
    if budget["type"] in {"use_by_attribute", "spend_by_attribute"} and not budget.get("attribute"):
        raise invalid_data(f"Invalid request: attribute is required when budget type is {budget['type']}")


def check_currency(method_currency: str | None, budget_type: str | None, budget_currency: str | None) -> None:
    """Refuse a promotion in a campaign that counts another currency."""
    if budget_type == "spend" and method_currency and budget_currency and method_currency != budget_currency:
        raise invalid_data("Currency between promotion and campaigns should match")


def _value(method: Mapping[str, Any]) -> CommerceError | None:
    value: Decimal = method["value"]
    if method["type"] == "percentage" and not 0 < value <= HUNDRED:
        return invalid_data("Application Method value should be a percentage number between 0 and 100")
    return invalid_data("Application Method value should be 0 or more") if value < 0 else None


def _allocation(method: Mapping[str, Any]) -> CommerceError | None:
    target, allocation = method["target_type"], method.get("allocation")
    if target != "order" and allocation is None:
        return invalid_data(
            "application_method.allocation should be either 'across OR each OR once' when"
            " application_method.target_type is either 'shipping_methods OR items'"
        )
    if target == "order" and allocation == "once":
        return invalid_data("application_method.allocation 'once' needs application_method.target_type 'items'")
    if target != "order" and allocation in COUNTED and method.get("max_quantity") is None:
        return invalid_data(
            "application_method.max_quantity is required when application_method.allocation is 'each OR once'"
        )
    if allocation == "across" and method.get("max_quantity") is not None:
        return invalid_data("application_method.max_quantity is not allowed to be set for allocation (across)")
    return None


def _buyget(method: Mapping[str, Any], promotion_type: str) -> CommerceError | None:
    if promotion_type != "buyget":
        return None
    apply_to, minimum, most = (
        method.get(name) for name in ("apply_to_quantity", "buy_rules_min_quantity", "max_quantity")
    )
    if not method.get("buy_rules") or apply_to is None or minimum is None:
        return invalid_data(NO_BUY_RULES)
    if most is None or most < apply_to:
        return invalid_data("application_method.max_quantity must be at least application_method.apply_to_quantity")
    return None
