"""What the pure calculator costs by itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from bench.tables import show
from commerce.totals.rules import calculate
from commerce.totals.types import Adjustment, Line, ShippingMethod, TaxLine, TotalsInput
from kit.money import Currency

TARGET: Final = 1.0  # ms at 50 lines with 3 promotions
PROMOTIONS: Final = 3
ROUNDS: Final = 200


def given(lines: int) -> TotalsInput:
    """Return a cart of `lines` lines, every second with tax in its price, and three promotions on each."""
    made = [_line(number) for number in range(lines)]
    shipping = ShippingMethod("ship", Decimal("9.5"), is_tax_inclusive=True, tax_lines=(_tax("ship"),))
    return TotalsInput(Currency("eur", 2), "currency", tuple(made), (shipping,))


def _line(number: int) -> Line:
    name, price = f"line{number:03}", Decimal("19.99") + number
    off = tuple(
        Adjustment(f"{name}-{rank}", price * Decimal("0.0371"), promotion=f"promo{rank}", rank=rank)
        for rank in range(PROMOTIONS)
    )
    return Line(name, price, Decimal(1 + number % 3), bool(number % 2), (_tax(name),), off)


def _tax(owner: str) -> TaxLine:
    return TaxLine(f"{owner}-tax", Decimal(19))


def show_calculator(sizes: Sequence[int]) -> None:
    """Print the CPU time of a calculation by the number of lines."""
    rows = []
    for lines in sizes:
        cart = given(lines)
        calculate(cart)
        began = time.process_time()
        for _ in range(ROUNDS):
            calculate(cart)
        spent = (time.process_time() - began) * 1000 / ROUNDS
        share = f"{spent / TARGET:.2f}" if lines == 50 else ""
        rows.append((lines, f"{spent:.2f}", share))
    show(f"the calculator alone, {PROMOTIONS} promotions on every line", ("lines", "CPU ms", "of target 1 ms"), rows)


if __name__ == "__main__":
    show_calculator((1, 5, 10, 20, 50, 100))
