"""Generated carts and orders against every law of money: the same few in every run, many with `EURYALE_LONG=1`."""

from __future__ import annotations

import pytest
from hypothesis import given, note

from commerce.totals.explain import explain
from tests.support.properties import PROOF
from tests.unit.totals.generated import placed
from tests.unit.totals.laws import LAWS, Placed


@pytest.mark.timeout(0)
@PROOF
@given(placed())
def test_every_law_holds(order: Placed) -> None:
    note(explain(order.given, order.result))
    for law in LAWS:
        law(order)
