"""What a promotion does, in words: every type, target and allocation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from commerce.promotion.explain import promotion_sentence
from commerce.promotion.types import Promotion, Rule

ITEMS: dict[str, Any] = {"target_type": "items"}
SHIPPING: dict[str, Any] = {"target_type": "shipping_methods"}
FIXED: dict[str, Any] = {"type": "fixed", "value": Decimal("4.5"), "currency_code": "eur"}
TWO = Decimal(2)
NAMED = (Rule("items.product.id", "in", ("prod_1",)),)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "10 % off the order"),
        ({"is_automatic": True}, "10 % off the order, automatic"),
        ({"is_tax_inclusive": True}, "10 % of prices with tax off the order"),
        (FIXED, "4.5 EUR off the order"),
        ({**FIXED, "currency_code": None}, "4.5 in any currency off the order"),
        ({**ITEMS, "allocation": "across"}, "10 % off all lines"),
        (
            {**ITEMS, **FIXED, "allocation": "across", "target_rules": NAMED},
            "4.5 EUR off, shared by all lines that its rules name",
        ),
        ({**ITEMS, "allocation": "each", "max_quantity": TWO}, "10 % off each of all lines, up to 2 units of a line"),
        (
            {**ITEMS, "allocation": "once", "max_quantity": TWO},
            "10 % off the cheapest of all lines, up to 2 units of the cart",
        ),
        ({**SHIPPING, "allocation": "each"}, "10 % off each shipping method"),
        ({**SHIPPING, **FIXED, "allocation": "across"}, "4.5 EUR off, shared by the shipping methods"),
        (
            {
                "kind": "buyget",
                **ITEMS,
                "buy_rules_min_quantity": TWO,
                "apply_to_quantity": Decimal(1),
                "max_quantity": Decimal(3),
            },
            "10 % off 1 for 2 bought, up to 3 units",
        ),
    ],
)
def test_sentence(given: dict[str, Any], said: str) -> None:
    plain: dict[str, Any] = {"kind": "standard", "type": "percentage", "value": Decimal(10), "target_type": "order"}
    promotion = Promotion(id="promo_1", code="TEN", status="active", **{**plain, **given})
    assert promotion_sentence(promotion) == f"TEN ({said})"
