"""Which shipping options a place and a context are offered (contract section 12)."""

from __future__ import annotations

from typing import Any

import pytest

from commerce.fulfillment.rules import RETURN, STORE, Offer, Place, is_offered

OAKLAND = Place("us", "ca", "Oakland", "94607")


def zone(kind: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    empty = {"province_code": None, "city": None, "postal_expression": None}
    return {"type": kind, "country_code": "us", **empty, **more}


def offer(zones: list[dict[str, Any]], rules: list[dict[str, Any]] | None = None) -> Offer:
    return Offer("so_1", "Standard", "flat", "sp_1", "manual_manual", zones, rules or [])


@pytest.mark.parametrize(
    ("geo", "serves"),
    [
        (zone("country"), True),
        (zone("country", country_code="de"), False),
        (zone("province", province_code="ca"), True),
        (zone("province", province_code="ny"), False),
        (zone("city", province_code="ca", city="Oakland"), True),
        (zone("city", province_code="ca", city="Fresno"), False),
        (zone("zip", province_code="ca", city="Oakland", postal_expression="94607"), True),
        (zone("zip", province_code="ca", city="Oakland", postal_expression="94608"), False),
        (zone("zip", province_code="ca", city="Oakland", postal_expression={"type": "regex", "exp": "946.."}), False),
    ],
)
def test_a_zone_matches_by_equality_from_country_to_postal_code(geo: dict[str, Any], serves: bool) -> None:  # noqa: FBT001 - a table
    assert is_offered(offer([geo]), OAKLAND, STORE) is serves


def test_without_an_address_every_zone_serves() -> None:
    assert is_offered(offer([zone("country", country_code="de")]), None, STORE)


@pytest.mark.parametrize(
    ("operator", "value", "in_store"),
    [
        ("eq", "true", True),
        ("eq", "false", False),
        ("in", ["true", "maybe"], True),
        ("ne", "true", False),
        ("nin", ["false"], True),
    ],
)
def test_every_rule_must_hold(operator: str, value: Any, in_store: bool) -> None:  # noqa: ANN401, FBT001 - a table
    rule = {"attribute": "enabled_in_store", "operator": operator, "value": value}
    assert is_offered(offer([zone("country")], [rule]), OAKLAND, STORE) is in_store


def test_a_return_option_is_for_returns() -> None:
    rule = {"attribute": "is_return", "operator": "eq", "value": "true"}
    assert not is_offered(offer([zone("country")], [rule]), OAKLAND, STORE)
    assert is_offered(offer([zone("country")], [rule]), OAKLAND, RETURN)


@pytest.mark.parametrize(("operator", "holds"), [("gt", True), ("gte", True), ("lt", False), ("lte", False)])
def test_numbers_compare_as_numbers(operator: str, holds: bool) -> None:  # noqa: FBT001 - a table
    rule = {"attribute": "weight", "operator": operator, "value": "9"}
    assert is_offered(offer([zone("country")], [rule]), OAKLAND, {"weight": "10"}) is holds
