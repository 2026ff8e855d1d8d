"""The pure calculator's own time: a cart of 50 lines with 3 promotions in memory, nothing loaded and nothing stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from bench.tables import console
from commerce.totals.rules import calculate
from commerce.totals.types import Adjustment, Line, Rounding, ShippingMethod, TaxLine, TotalsInput
from kit.decimals import EXACT, div
from kit.money import Currency

TARGET: Final = 1.0  # ms
LINES, PROMOTIONS = 50, 3
PERCENT_OFF: Final = (Decimal("0.2"), Decimal("0.15"), Decimal("0.1"))


def show_own_time(rounds: int = 200) -> None:
    """Print the CPU time of one calculation, the best of many, in both rounding modes."""
    for rounding in ("currency", "none"):
        cart = cart_of(LINES, rounding)
        best = best_of(lambda cart=cart: calculate(cart), rounds)  # type: ignore[misc] # bound at once
        console.print(
            f"pure calculator, {LINES} lines with {PROMOTIONS} promotions, mode {rounding}: {best:.2f} ms "
            f"(target {TARGET:g}, {best / TARGET:.2f} of it)"
        )


def cart_of(lines: int, rounding: Rounding) -> TotalsInput:
    """Return a cart of priced lines, every second one with its tax in the price, each lowered by every promotion."""
    return TotalsInput(
        Currency("eur", 2),
        rounding,
        tuple(_line(number) for number in range(lines)),
        (ShippingMethod("shipping", Decimal("9.5"), True, (TaxLine("shipping-tax", Decimal(19)),)),),
    )


def best_of(work: Callable[[], object], rounds: int) -> float:
    """Return the least CPU time of one call, in ms: what is above it is other people's."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best * 1000


def _line(number: int) -> Line:
    name, price, quantity = f"line{number:03}", Decimal(990 + 37 * number).scaleb(-2), Decimal(1 + number % 4)
    is_inclusive = number % 2 == 0
    left = EXACT.multiply(price, quantity)
    if is_inclusive:
        left = div(left, Decimal("1.19"))
    adjustments = []
    for rank, percent in enumerate(PERCENT_OFF):
        amount = EXACT.multiply(left, percent)
        adjustments.append(Adjustment(f"{name}-{rank}", amount, promotion=f"promo{rank}", rank=rank))
        left = EXACT.subtract(left, amount)
    return Line(name, price, quantity, is_inclusive, (TaxLine(f"{name}-tax", Decimal(19)),), tuple(adjustments))


if __name__ == "__main__":
    show_own_time()
