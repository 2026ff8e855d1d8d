"""Handles and option values (contract sections 1 and 22)."""

from __future__ import annotations

import pytest

from commerce.product.rules import handle_of, is_handle, missing_value


@pytest.mark.parametrize(
    ("title", "handle"),
    [
        ("Summer 26", "summer-26"),
        ("Mug 350ml", "mug-350ml"),
        ("T-Shirts", "t-shirts"),
        ("- Tee - Black / M -", "tee-black-m"),
        ("Crème Brûlée!", "creme-brulee"),
        ("snake_case camelCase", "snake-case-camel-case"),
    ],
)
def test_a_title_makes_a_handle(title: str, handle: str) -> None:
    assert handle_of(title) == handle
    assert is_handle(handle)


@pytest.mark.parametrize("handle", ["Bad Handle!", "", "-a", "a--b", "ä", "A", "a/b"])
def test_what_is_no_handle(handle: str) -> None:
    assert not is_handle(handle)


def test_a_choice_names_existing_values() -> None:
    options = {"Size": ["S", "M"]}
    assert missing_value(options, {"Size": "S"}) is None
    assert missing_value(options, {}) is None
    assert missing_value(options, {"Size": "XL"}) == "Option value XL does not exist for option Size"
    assert missing_value(options, {"Colour": "Red"}) == "Option Colour does not exist"
