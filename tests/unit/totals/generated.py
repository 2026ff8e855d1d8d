"""Generated carts and orders as the calculator takes them, their discounts made by promotions of every kind."""

from __future__ import annotations

from hypothesis import strategies as st

from commerce.totals.types import TotalsInput
from tests.support.generated_carts import cases, counters, in_mode
from tests.unit.totals.laws import Placed


@st.composite
def placed(draw: st.DrawFn) -> Placed:
    """Draw a cart in mode `currency` and an order of it whose units are partly back."""
    case = in_mode(draw(cases()), "currency")
    where = {line.id: draw(counters(line.quantity)) for line in case.changed(case.cart).lines}
    return Placed(case, where, draw(st.integers(0, 999)))


def carts() -> st.SearchStrategy[TotalsInput]:
    return placed().map(lambda each: each.given)


def orders() -> st.SearchStrategy[TotalsInput]:
    return placed().map(lambda each: each.order)
