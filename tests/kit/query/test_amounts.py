"""Amounts in SQL are what kit/decimals makes of them: `rho`, `raw_` twins, trimmed numbers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import decimals
from kit.query import Column, Kind, rho
from kit.query.columns import raw

Ask = Callable[[str, list[Decimal], int], list[Any]]


@pytest.fixture(scope="module")
def ask(postgres_url: str) -> Iterator[Ask]:
    """Yield a function that evaluates an expression over `amount` and `digits` for many amounts at once."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(postgres_url))

        def evaluate(expression: str, amounts: list[Decimal], digits: int) -> list[Any]:
            sql = f"SELECT {expression} FROM (SELECT unnest($1::numeric[]) AS amount, $2::int AS digits) x"  # noqa: S608 - the expression is the thing under test
            return [row[0] for row in runner.run(connection.fetch(sql, amounts, digits))]

        yield evaluate
        runner.run(connection.close())


PLAIN = st.decimals(-(10**12), 10**12, places=4)
HALVES = st.builds(
    lambda whole, places: Decimal(whole * 10 + 5).scaleb(-places), st.integers(-(10**9), 10**9), st.integers(0, 5)
)
LONG = st.builds(
    lambda whole, places: Decimal(whole).scaleb(-places), st.integers(-(10**30), 10**30), st.integers(0, 20)
)
AMOUNTS = st.lists(PLAIN | HALVES | LONG | st.just(Decimal(0)), min_size=1, max_size=30)


@settings(max_examples=100, deadline=None)
@given(AMOUNTS, st.integers(0, 3))
def test_rho_is_that_of_the_calculator(ask: Ask, amounts: list[Decimal], digits: int) -> None:
    unit = Decimal(1).scaleb(-digits)
    assert ask(rho("amount", "digits"), amounts, digits) == [decimals.rho(each, unit) for each in amounts]


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("74.075", "74.08")]
)
def test_a_half_goes_away_from_zero(ask: Ask, amount: str, rounded: str) -> None:
    assert ask(rho("amount", "digits"), [Decimal(amount)], 2) == [Decimal(rounded)]


@settings(max_examples=100, deadline=None)
@given(AMOUNTS)
def test_a_twin_is_that_of_kit_decimals(ask: Ask, amounts: list[Decimal]) -> None:
    twin = raw(Column("x.amount", Kind.NUMBER)).sql
    assert [json.loads(each) for each in ask(twin, amounts, 0)] == [decimals.raw(each) for each in amounts]


def test_a_number_inside_json_has_a_twin_too(ask: Ask) -> None:
    for stored, expected in (("19.90", {"value": "19.9", "precision": 20}), ("null", None)):
        twin = raw(Column(f"('{{\"total\": {stored}}}'::jsonb->'total')", Kind.JSON)).sql
        assert json.loads(ask(twin, [Decimal(1)], 0)[0] or "null") == expected


@settings(max_examples=50, deadline=None)
@given(AMOUNTS)
def test_a_printed_number_loses_nothing(ask: Ask, amounts: list[Decimal]) -> None:
    printed = Column("x.amount", Kind.NUMBER).printed()
    texts = ask(f"to_json({printed})::text", amounts, 0)
    assert [json.loads(each, parse_float=Decimal, parse_int=Decimal) for each in texts] == amounts
    assert not any(each.endswith("0") and "." in each for each in texts)
