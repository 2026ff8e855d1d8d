"""Ids: known prefixes, and the order of creation."""

from __future__ import annotations

from itertools import pairwise

import pytest
from ulid import ULID

from kit.ids import new_id


def test_ids_of_one_millisecond_sort_by_creation() -> None:
    ids = [new_id("prod") for _ in range(2_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_neighbours_cannot_be_guessed_from_each_other() -> None:
    numbers = [int(ULID.from_str(new_id("cart").removeprefix("cart_"))) for _ in range(200)]
    leaps = [later - earlier for earlier, later in pairwise(numbers)]
    assert min(leaps) > 2**40


def test_an_unknown_prefix_is_refused() -> None:
    with pytest.raises(KeyError):
        new_id("nope")
