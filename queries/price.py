"""Prices as rows, their lists and preferences. Which of them counts is decided in queries/prices.py."""

from __future__ import annotations

from typing import Final

from commerce.pricing.models import Price, PriceList, PricePreference, PriceRule
from kit.query import LIVE, Resource, many, one, plain

PRICE_RULE: Final = Resource(PriceRule, key="price_rule", plural="price_rules")
PRICE_LIST: Final = Resource(PriceList, key="price_list", plural="price_lists")
PRICE: Final = Resource(
    Price,
    key="price",
    plural="prices",
    twins=("amount", "min_quantity", "max_quantity"),
    relations={
        "price_rules": many(lambda: PRICE_RULE, on="price_id", where=LIVE),
        "price_list": one(lambda: PRICE_LIST, on="price_list_id", where=LIVE),
    },
)
PRICE_PREFERENCE: Final = Resource(
    PricePreference,
    key="price_preference",
    plural="price_preferences",
    defaults=("id", "attribute", "value", "is_tax_inclusive", "created_at", "deleted_at", "updated_at"),
    filters=plain("id", "attribute", "value"),
    search=("attribute", "value"),
    combines=True,
    with_deleted=True,
    limit=300,
)
