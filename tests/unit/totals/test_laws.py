"""Generated carts and orders against every law of money: the same few in every run, many with `EURYALE_LONG=1`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.generated_carts import cases, counters, in_mode
from tests.support.properties import PROOF
from tests.unit.totals.laws import LAWS, Placed


@st.composite
def placed(draw: st.DrawFn) -> Placed:
    """Draw a cart in mode `currency` and an order of it whose units are partly back."""
    case = in_mode(draw(cases()), "currency")
    where = {line.id: draw(counters(line.quantity)) for line in case.cart.lines}
    return Placed(case, where, draw(st.integers(0, 999)))


@pytest.mark.timeout(0)
@PROOF
@given(placed())
def test_every_law_holds(order: Placed) -> None:
    for law in LAWS:
        law(order)
