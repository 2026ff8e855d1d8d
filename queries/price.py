"""Prices as rows: of a variant, of a shipping option. Which of them counts is decided in queries/prices.py."""

from __future__ import annotations

from typing import Final

from commerce.pricing.models import Price, PriceList, PriceRule
from kit.query import LIVE, Resource, many, one

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
