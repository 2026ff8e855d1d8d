"""Generated carts and orders against every law of money: the same few in every run, 50,000 with `EURYALE_LONG=1`."""

from __future__ import annotations

import pytest
from hypothesis import given, note

from commerce.totals.explain import explain
from kit.decimals import NEGLIGIBLE
from tests.support.generated_carts import Case, long_carts
from tests.support.properties import PROOF, examples
from tests.unit.totals.generated import placed
from tests.unit.totals.laws import LAWS, Placed, anchors_hold_to_the_exact_chain, drift


@pytest.mark.timeout(0)
@PROOF
@given(placed())
def test_every_law_holds(order: Placed) -> None:
    note(explain(order.given, order.result))
    for law in LAWS:
        law(order)


@examples(100, 5_000)
@given(long_carts(cheap=True))
def test_cheap_lines_leave_no_dear_one_to_pay_for_them(case: Case) -> None:
    """Lines that cost less than a minor unit have no discount to give; none gives it in their place."""
    anchors_hold_to_the_exact_chain(Placed(case, {}, 0))


@examples(100, 5_000)
@given(long_carts(cheap=False))
def test_a_promotion_is_off_by_half_a_minor_unit_on_however_many_lines(case: Case) -> None:
    order = Placed(case, {}, 0)
    anchors_hold_to_the_exact_chain(order)
    nothing = NEGLIGIBLE * len(order.cart.lines)  # where that little is left of a line, all of it was taken
    assert abs(drift(order)) <= order.unit * len(order.cart.promotion_ids) / 2 + nothing
