"""Which rate taxes a line and why, in words: the six ranks, the second rate, and why there is none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from commerce.tax.explain import rate_sentence, untaxed_sentence
from commerce.tax.rules import Rate, Taxable

CALIFORNIA = Rate(
    "txr_1",
    Decimal("7.25"),
    "CA",
    "Sales tax",
    True,
    True,
    True,
    "system",
    frozenset(),
)
FEDERAL = replace(CALIFORNIA, id="txr_2", code="US", name="Federal", is_province=False)
BOOK = Taxable("prod_1", "ptyp_1")


@pytest.mark.parametrize(
    ("rate", "thing", "said"),
    [
        (CALIFORNIA, BOOK, "Sales tax (CA): the default in the province us-ca"),
        (FEDERAL, BOOK, "Federal (US): the default in the country us"),
        (
            replace(CALIFORNIA, rules=frozenset({("product", "prod_1"), ("product_type", "ptyp_1")})),
            BOOK,
            "Sales tax (CA): a rule for the product prod_1 in the province us-ca",
        ),
        (
            replace(FEDERAL, rules=frozenset({("product", "prod_2"), ("product_type", "ptyp_1")})),
            BOOK,
            "Federal (US): a rule for the product type ptyp_1 in the country us",
        ),
        (
            replace(FEDERAL, rules=frozenset({("shipping_option", "so_1")})),
            Taxable(shipping_option_id="so_1"),
            "Federal (US): a rule for the shipping option so_1 in the country us",
        ),
    ],
)
def test_chosen(rate: Rate, thing: Taxable, said: str) -> None:
    assert rate_sentence(rate, thing, "us-ca") == said


def test_the_second_rate_says_why_it_is_there() -> None:
    assert rate_sentence(FEDERAL, BOOK, "us-ca", is_second=True).endswith(
        "the default in the country us, added since the province's rate is combinable"
    )


@pytest.mark.parametrize(
    ("is_giftcard", "is_automatic", "country", "said"),
    [
        (True, True, "de", "no tax: a gift card"),
        (False, True, None, "no tax: no shipping address with a country"),
        (False, False, "jp", "no tax: the region taxes only when it is asked to"),
        (False, True, "dk", "no tax: no rate of dk is for this"),
    ],
)
def test_untaxed(is_giftcard: bool, is_automatic: bool, country: str | None, said: str) -> None:  # noqa: FBT001 - the table
    assert untaxed_sentence(is_giftcard=is_giftcard, is_automatic=is_automatic, country=country) == said


def test_what_a_provider_has_not_said() -> None:
    said = untaxed_sentence(is_giftcard=False, is_automatic=True, country="us", is_untold=True)
    assert said == "no tax yet: the provider that knows it has not answered"
