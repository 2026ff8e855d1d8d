"""Which price was chosen and why, in words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from commerce.pricing.explain import ListFacts, Preferences, PriceFacts, price_sentences

PLAIN = PriceFacts("price_1", Decimal(20), "eur")
EUROPE = replace(PLAIN, id="price_2", rules=(("region_id", "eq", "reg_1"),))
SUMMER = ListFacts("plist_1", "Summer", "sale")
UNSAID = "without tax: neither region nor currency prefers otherwise"
OF_REGION = "with tax: the region's preference, since the price names the region"
VIP = ListFacts("plist_2", "VIP", "override", (("customer.groups.id", ("g_1", "g_2")),))


@pytest.mark.parametrize(
    ("chosen", "original", "preferences", "said"),
    [
        (PLAIN, PLAIN, Preferences(), ["EUR price price_1, without conditions", UNSAID]),
        (
            PLAIN,
            PLAIN,
            Preferences(True, False),
            ["EUR price price_1, without conditions", "without tax: the preference of EUR"],
        ),
        (EUROPE, None, Preferences(True, False), ["EUR price price_2, for region_id = reg_1", OF_REGION]),
        (
            EUROPE,
            None,
            Preferences(None, True),
            ["EUR price price_2, for region_id = reg_1", "with tax: the preference of EUR"],
        ),
        (
            replace(PLAIN, rules=(("item_total", "gte", "100"),), min_quantity=Decimal(5)),
            None,
            Preferences(),
            ["EUR price price_1, for item_total >= 100 and 5 or more units", UNSAID],
        ),
        (
            replace(
                PLAIN,
                id="price_3",
                amount=Decimal(18),
                price_list=SUMMER,
                min_quantity=Decimal(5),
                max_quantity=Decimal(9),
            ),
            PLAIN,
            Preferences(),
            [
                "EUR price price_3, for 5 to 9 units",
                "from the sale list Summer (plist_1)",
                "instead of 20: EUR price price_1, without conditions",
                UNSAID,
            ],
        ),
        (
            replace(PLAIN, price_list=VIP, max_quantity=Decimal(3)),
            replace(PLAIN, price_list=VIP),
            Preferences(),
            [
                "EUR price price_1, for at most 3 units",
                "from the override list VIP (plist_2), for customer.groups.id in g_1, g_2",
                UNSAID,
            ],
        ),
    ],
)
def test_sentences(chosen: PriceFacts, original: PriceFacts | None, preferences: Preferences, said: list[str]) -> None:
    assert list(price_sentences(chosen, original, preferences)) == said
