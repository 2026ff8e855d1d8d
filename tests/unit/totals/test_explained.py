"""The receipt: each figure of the calculator in its place, on the side on which it was settled, in both modes."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.totals.explain import WIDTH, Sources, explain
from commerce.totals.rules import calculate
from commerce.totals.types import Adjustment, Counters, Rounding, TotalsInput
from tests.support.properties import PROPERTY
from tests.unit.totals.carts import JPY, D, cart, line, method, story
from tests.unit.totals.generated import carts, orders

TEE: Final = """
tee
  2 x 21 with tax                                                                      42.00
  1. TEN                                                                               -4.20
    4.20 with tax, 3.53 without; its exact share is 3.529411765 without tax
  total with tax                                                                       37.80
    tax in it: 19 % tee-tax0                                                            6.04
    without tax                                                                        31.76
"""
MUG_UNROUNDED: Final = """
mug
  2 x 12.5 without tax                                                                    25
  1. TEN                                                                                -2.5
    2.975 with tax, 2.5 without
  without tax                                                                           22.5
  19 % mug-tax0                                                                        4.275
  total with tax                                                                      26.775
"""
SUMS: Final = """
Lines                                                                                  64.58
Shipping                                                                                9.50
Total                                                                                  74.08
  = 68.27 without tax - 6.03 discount + 11.84 tax
  before discounts 81.25, taken off with tax 7.17
    1. TEN: 7.17
"""
WORDS: Final = Sources(
    heading=("Cart cart_1", "region Europe"),
    titles={"tee": "Organic Tee, M"},
    prices={"tee": ("as priced today: EUR price price_1, for 2 or more units",)},
    taxes={"tee-tax0": "VAT DE (DE19): the default in the country de", "mug": "no tax: a gift card"},
    promotions={"TEN": "TEN (10 % off the order)"},
    codes=("NOPE: there is no such code",),
)


def told(given: TotalsInput, sources: Sources | None = None) -> str:
    return explain(given, calculate(given), sources)


def part(text: str, start: str) -> str:
    """Return the block of the receipt that begins with `start`."""
    return next(f"\n{block}\n" for block in text.split("\n\n") if block.startswith(start))


class TestStory:
    def test_a_line_with_tax_goes_from_its_gross_price_to_its_total_and_tells_the_tax_in_it(self) -> None:
        assert part(told(story("currency")), "tee") == TEE

    def test_a_line_without_tax_adds_the_tax_to_what_is_left_of_its_net_price(self) -> None:
        assert part(told(story("none")), "mug") == MUG_UNROUNDED

    def test_the_sums_are_the_cart_and_each_promotion_is_told_what_it_took(self) -> None:
        assert part(told(story("currency")), "Lines") == SUMS

    def test_the_mode_is_named(self) -> None:
        assert "amounts in EUR, rounded to 0.01 (mode currency)" in told(story("currency"))
        assert "amounts in EUR, unrounded (mode none)" in told(story("none"))


class TestWords:
    def test_every_source_has_its_place(self) -> None:
        text = told(cart(line("tee", "21", 2, "19", off=[Adjustment("a", D(2), promotion="TEN")])), WORDS)
        assert text.startswith("Cart cart_1\n  region Europe\n  amounts in EUR")
        assert "Organic Tee, M  (tee)\n  2 x 21 without tax" in text
        assert (
            "42.00\n    as priced today: EUR price price_1, for 2 or more units\n  1. TEN (10 % off the order) " in text
        )
        assert "  19 % VAT DE (DE19): the default in the country de  " in text
        assert text.endswith("\n\nCodes\n  NOPE: there is no such code")

    def test_a_line_without_tax_lines_says_why(self) -> None:
        text = told(cart(line("mug", "50")), WORDS)
        assert f"  no tax: a gift card {'0.00':>{WIDTH - 22}}" in text

    def test_long_words_are_broken_and_the_amount_stays_at_the_right(self) -> None:
        sources = replace(WORDS, promotions={"TEN": f"TEN ({'of many words ' * 12})"})
        text = told(cart(line("tee", "21", 2, off=[Adjustment("a", D(2), promotion="TEN")])), sources)
        (last,) = [row for row in text.splitlines() if row.endswith("-2.00")]
        assert (len(last), last[:4]) == (WIDTH, "    ")


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        pytest.param(
            cart(line("a", "10", 1, "7.25", "0")),
            """
            a
              1 x 10 without tax                                                                   10.00
              7.25 % a-tax0                                                                         0.73
              0 % a-tax1                                                                            0.00
              total with tax                                                                       10.73
            """,
            id="two rates",
        ),
        pytest.param(
            cart(line("a", "999", 1, "10", inclusive=True), currency=JPY),
            """
            a
              1 x 999 with tax                                                                       999
              total with tax                                                                         999
                tax in it: 10 % a-tax0                                                                91
                without tax                                                                          908
            """,
            id="no decimals",
        ),
        pytest.param(
            cart(line("a", "9.99", 1, "19", off=[Adjustment("x", D("9.99"), promotion="ALL")])),
            """
            a
              1 x 9.99 without tax                                                                  9.99
              1. ALL                                                                               -9.99
                11.89 with tax, 9.99 without
              without tax                                                                           0.00
              19 % a-tax0                                                                           0.00
              total with tax                                                                        0.00
            """,
            id="nothing is left",
        ),
        pytest.param(
            cart(line("a", "0.0049")),
            """
            a
              1 x 0.0049 without tax                                                                0.00
              no tax                                                                                0.00
              total with tax                                                                        0.00
            """,
            id="less than the minor unit",
        ),
        pytest.param(
            cart(
                line(
                    "a",
                    "10",
                    5,
                    "19",
                    inclusive=True,
                    off=[Adjustment("x", D(5), is_tax_inclusive=True)],
                    counters=Counters(return_received=D(1), return_dismissed=D(1)),
                )
            ),
            """
            a
              2 of 5 units came back
              3 x 10 with tax                                                                      30.00
              discounts of the units that are left                                                 -3.00
              total with tax                                                                       27.00
                tax in it: 19 % a-tax0                                                              4.31
                without tax                                                                        22.69
            """,
            id="units that came back",
        ),
    ],
)
def test_lines(given_: TotalsInput, expected: str) -> None:
    assert part(told(given_), "a\n") == textwrap.dedent(expected)


def test_promotions_are_numbered_in_the_order_of_application_over_lines_and_shipping() -> None:
    both = [Adjustment("y", D(1), promotion="SECOND", rank=1), Adjustment("x", D(2), promotion="FIRST", rank=0)]
    free = [Adjustment("z", D(4), promotion="SHIP", rank=2)]
    text = told(cart(line("a", "10", off=both), shipping=[method("post", "4", off=free)]))
    numbered = [
        row.split("  ")[1] for row in text.splitlines() if row.startswith("  ") and row[2].isdigit() and "." in row[3]
    ]
    assert numbered == ["1. FIRST", "2. SECOND", "3. SHIP"]
    assert text.endswith("    1. FIRST: 2.00\n    2. SECOND: 1.00\n    3. SHIP: 4.00")


def test_credit_lines_lower_the_total_and_a_negligible_one_says_so() -> None:
    text = told(cart(line("a", "10"), credit=["3", "2.5"]), Sources(titles={"credit0": "gift card gc_1"}))
    assert [row.split()[-1] for row in part(text, "Lines").splitlines()[1:7]] == [
        "10.00", "0.00", "-5.50", "-3.00", "-2.50", "4.50",
    ]  # fmt: skip
    assert "gift card gc_1  (credit0)" in text
    assert "= 10.00 without tax - 0.00 discount + 0.00 tax - 5.50 credit" in text
    assert "which counts as nothing" in told(cart(line("a", "10"), credit=["0.004"]))


@PROPERTY
@given(st.one_of(carts(), orders()), st.sampled_from(["currency", "none"]))
def test_what_is_told_of_a_line_adds_up(given_: TotalsInput, rounding: Rounding) -> None:
    """Own price, discounts and taxes of every block lead to its total; every line of text keeps to the width."""
    text = told(replace(given_, rounding=rounding))
    assert max(map(len, text.splitlines())) <= WIDTH
    blocks = text.split("\n\n")[1:-1]
    assert len(blocks) == len(given_.lines) + len(given_.shipping_methods)
    for block, thing in zip(blocks, (*given_.lines, *given_.shipping_methods), strict=True):
        steps = [row for row in block.splitlines()[1:] if row[2] != " " and not row.endswith("came back")]
        assert steps, block
        figures = [Decimal(row.split()[-1]) for row in steps if not row.startswith("  without tax")]
        assert abs(sum(figures[:-1]) - figures[-1]) <= len(figures) * Decimal("0.000000001"), (thing, block)


def test_a_comparison_that_fails_prints_the_explanation(tmp_path: Path) -> None:
    (tmp_path / "test_wrong.py").write_text(
        "from commerce.totals.rules import calculate\n"
        "from tests.unit.totals.carts import story\n\n"
        "def test_wrong():\n    assert calculate(story('currency')).total == 74\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "tests.unit.totals.conftest", "-c", "/dev/null", str(tmp_path)]
    ended = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stdout
    assert "How the totals came about" in ended.stdout
    assert SUMS in ended.stdout
