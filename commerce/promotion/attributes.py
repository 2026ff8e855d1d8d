"""What rules may be about, as the dashboard offers it: attributes, their operators and labels (contract section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Attribute = Mapping[str, Any]
OPERATORS: Final = {
    "in": "In",
    "eq": "Equals",
    "ne": "Not In",
    "gt": "Greater Than",
    "lt": "Less Than",
    "gte": "Greater Than or Equal",
    "lte": "Less Than or Equal",
}
KINDS: Final = ("rules", "target-rules", "buy-rules")


def attributes(kind: str, promotion_type: str | None, target_type: str | None) -> list[Attribute]:
    """Return the attributes that rules of one kind may name."""
    if kind == "rules":
        return _CART
    if kind == "target-rules" and target_type == "shipping_methods":
        return _SHIPPING
    if promotion_type != "buyget":
        return _ITEMS
    return [*_ITEMS, APPLY_TO_QUANTITY if kind == "target-rules" else BUY_MINIMUM]


def _operators(*names: str) -> list[dict[str, str]]:
    return [{"id": name, "value": name, "label": OPERATORS[name]} for name in names]


def _choice(id_: str, path: str, label: str) -> Attribute:
    return {
        "id": id_,
        "value": path,
        "label": label,
        "required": False,
        "field_type": "multiselect",
        "operators": _operators("in", "eq", "ne"),
    }


def _quantity(name: str, label: str) -> Attribute:
    return {
        "id": name,
        "value": name,
        "label": label,
        "field_type": "number",
        "required": True,
        "disguised": True,
        "operators": _operators("eq"),
    }


CURRENCY: Final[Attribute] = {
    "id": "currency_code",
    "value": "currency_code",
    "label": "Currency Code",
    "field_type": "select",
    "required": False,
    "disguised": True,
    "hydrate": True,
    "operators": _operators("eq"),
}
_CART: Final[list[Attribute]] = [
    _choice("customer_group", "customer.groups.id", "Customer Group"),
    _choice("region", "region.id", "Region"),
    _choice("country", "shipping_address.country_code", "Country"),
    _choice("sales_channel", "sales_channel_id", "Sales Channel"),
    CURRENCY,
]
_ITEMS: Final[list[Attribute]] = [
    _choice("product", "items.product.id", "Product"),
    _choice("product_category", "items.product.categories.id", "Product Category"),
    _choice("product_collection", "items.product.collection_id", "Product Collection"),
    _choice("product_type", "items.product.type_id", "Product Type"),
    _choice("product_tag", "items.product.tags.id", "Product Tag"),
]
_SHIPPING: Final[list[Attribute]] = [
    _choice("shipping_option_type", "shipping_methods.shipping_option.shipping_option_type_id", "Shipping Option Type")
]
BUY_MINIMUM: Final = _quantity("buy_rules_min_quantity", "Minimum quantity of items")
APPLY_TO_QUANTITY: Final = _quantity("apply_to_quantity", "Quantity of items promotion will apply to")
