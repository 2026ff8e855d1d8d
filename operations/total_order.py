"""The totals of the order that a cart becomes."""

from __future__ import annotations

from dataclasses import replace

from commerce.cart.rows import CartState
from commerce.totals.results import TotalsResult
from commerce.totals.rules import calculate
from commerce.totals.types import Counters
from operations.price_cart import totals_input


def total_order(cart: CartState) -> TotalsResult:
    """Return every total of a new order: the cart's, and what its units are worth while none has moved."""
    given = totals_input(cart)
    return calculate(replace(given, lines=tuple(replace(line, counters=Counters()) for line in given.lines)))
