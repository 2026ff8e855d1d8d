"""Carts for the properties: promotions are applied on the exact chain, one by one (contract section 9)."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from typing import Final, TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from commerce.totals.types import Adjustment, Counters, Line, Rounding, ShippingMethod, TaxLine, TotalsInput
from kit.decimals import EXACT, ZERO, div
from kit.money import Currency
from tests.unit.totals.carts import EUR, JPY, KWD

# EURYALE_EXAMPLES=20000 explores further than the fixed examples that every run repeats.
LONG_RUN: Final = os.environ.get("EURYALE_EXAMPLES")
PROPERTY = settings(max_examples=int(LONG_RUN or 200), derandomize=LONG_RUN is None, database=None, deadline=None)

RATES = st.sampled_from([Decimal(rate) for rate in ("0", "2", "5", "7", "7.25", "8.875", "19", "20", "25", "27")])
ONE, HUNDRED = Decimal(1), Decimal(100)
Item = TypeVar("Item", Line, ShippingMethod)


@st.composite
def prices(draw: st.DrawFn, currency: Currency, *, whole: bool) -> Decimal:
    """Draw a price in minor units, or (not `whole`) with two digits more than the currency has."""
    digits = currency.decimal_digits + (0 if whole else draw(st.integers(0, 2)))
    return Decimal(draw(st.integers(0, 99999))).scaleb(-digits)


@st.composite
def rated(draw: st.DrawFn, owner: str) -> tuple[TaxLine, ...]:
    rates = draw(st.lists(RATES, max_size=3))
    return tuple(TaxLine(f"{owner}-tax{number}", rate) for number, rate in enumerate(rates))


@st.composite
def lines(draw: st.DrawFn, currency: Currency, number: int, *, whole: bool) -> Line:
    name = f"line{number:02}"
    quantity = Decimal(draw(st.integers(1, 12)))
    return Line(name, draw(prices(currency, whole=whole)), quantity, draw(st.booleans()), draw(rated(name)))


def discounted(line: Item, promotion: int, percent: Decimal, *, inclusive: bool) -> Item:
    """Return the line with `percent` of what the promotions so far have left of it taken off."""
    rate = EXACT.divide(sum([tax.rate for tax in line.tax_lines], ZERO), HUNDRED)
    gross = EXACT.multiply(line.unit_price, line.quantity)
    left = div(gross, ONE + rate) if line.is_tax_inclusive else gross
    for taken in line.adjustments:
        net = div(taken.amount, ONE + rate) if taken.is_tax_inclusive else taken.amount
        left = EXACT.subtract(left, net)
    base = EXACT.multiply(left, ONE + rate) if inclusive else left
    amount = div(EXACT.multiply(base, percent), HUNDRED)
    if amount <= 0:
        return line
    new = Adjustment(f"{line.id}-p{promotion}", amount, inclusive, f"P{promotion}", promotion)
    return replace(line, adjustments=(*line.adjustments, new))


@st.composite
def carts(
    draw: st.DrawFn,
    *,
    rounding: Rounding = "currency",
    promotions: int = 3,
    whole: bool = False,
) -> TotalsInput:
    currency = draw(st.sampled_from([EUR, JPY, KWD]))
    count = draw(st.integers(1, 6))
    items: list[Line | ShippingMethod] = [draw(lines(currency, number, whole=whole)) for number in range(count)]
    if draw(st.booleans()):
        amount = draw(prices(currency, whole=whole))
        items.append(ShippingMethod("shipping", amount, draw(st.booleans()), draw(rated("shipping"))))
    for promotion in range(draw(st.integers(0, promotions))):
        percent = Decimal(draw(st.integers(1, 100)))
        inclusive = draw(st.booleans())
        chosen = [draw(st.booleans()) for _ in items]
        items = [
            discounted(item, promotion, percent, inclusive=inclusive) if takes else item
            for item, takes in zip(items, chosen, strict=True)
        ]
    return TotalsInput(
        currency,
        rounding,
        tuple(item for item in items if isinstance(item, Line)),
        tuple(item for item in items if isinstance(item, ShippingMethod)),
    )


@st.composite
def orders(draw: st.DrawFn) -> TotalsInput:
    """Draw an order: a cart whose units are spread over the counters."""
    cart = draw(carts())
    return replace(cart, lines=tuple(draw(_with_counters(line)) for line in cart.lines))


@st.composite
def _with_counters(draw: st.DrawFn, line: Line) -> Line:
    free = int(line.quantity)
    parts = []
    for _ in range(3):
        part = draw(st.integers(0, free))
        parts.append(Decimal(part))
        free -= part
    fulfilled = Decimal(draw(st.integers(0, int(line.quantity))))
    shipped = Decimal(draw(st.integers(0, int(fulfilled))))
    written_off = Decimal(draw(st.integers(0, int(line.quantity))))
    return replace(line, counters=Counters(fulfilled, shipped, *parts, written_off))
