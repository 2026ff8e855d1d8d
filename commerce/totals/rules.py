"""The calculator: from a cart or an order to every total of contract section 7."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Protocol

from commerce.totals.exact import ExactLine
from commerce.totals.results import (
    AdjustmentTotals,
    LineResult,
    Taxed,
    TotalsResult,
    UnitTotals,
    add_up,
    add_up_units,
)
from commerce.totals.rounded import RoundedLine
from commerce.totals.spread import settle_own_sides
from commerce.totals.types import Counters, Line, Priced, ShippingMethod, TotalsInput
from kit.decimals import EXACT, ZERO, div, rho


class Measured(Protocol):
    """A line or shipping method whose price is known at every quantity."""

    def at(self, quantity: Decimal) -> Taxed:
        """Return the totals when `quantity` units are left."""

    def adjustments(self) -> tuple[AdjustmentTotals, ...]:
        """Return the adjustments as published."""


def calculate(cart: TotalsInput) -> TotalsResult:
    """Return every total of `cart`; ValueError when two lines or methods share an id.

    Rules: contract section 7. In mode `currency` every amount is a multiple of the minor unit, the identities of that
    section hold exactly, and none is negative unless credit lines exceed the rest.
    """
    with localcontext(EXACT):
        measured = _measure(cart)
        unit = cart.currency.unit if cart.rounding == "currency" else None
        lines = tuple([_line(line, measured[line.id], unit) for line in cart.lines])
        methods = tuple([_method(method, measured[method.id]) for method in cart.shipping_methods])
        items = add_up([line.totals for line in lines])
        shipping = add_up([method.totals for method in methods])
        credit = _credit(cart)
        return TotalsResult(
            items=items,
            shipping=shipping,
            credit_line_total=credit,
            total=items.total + shipping.total - credit,
            lines=lines,
            shipping_methods=methods,
            units=add_up_units([line.units for line in lines]),
        )


def _measure(cart: TotalsInput) -> dict[str, Measured]:
    priced: list[Priced] = [*cart.lines, *cart.shipping_methods]
    measured: dict[str, Measured]
    if cart.rounding == "none":
        measured = {line.id: ExactLine(line) for line in priced}
    else:
        unit = cart.currency.unit
        own, left = settle_own_sides(priced, unit)
        measured = {line.id: RoundedLine(line, unit, own[line.id], left[line.id]) for line in priced}
    if len(measured) != len(priced):
        raise ValueError("two lines or shipping methods share an id")
    return measured


def _line(line: Line, measured: Measured, unit: Decimal | None) -> LineResult:
    counters = line.counters
    if counters is None:
        totals, tax_lines = measured.at(line.quantity)
        return LineResult(line.id, totals, tax_lines, measured.adjustments())
    # Returned units have left the order: every total of the line is that of the units it still has.
    totals, tax_lines = measured.at(line.quantity - counters.return_received - counters.return_dismissed)
    units = _units(line.quantity, counters, measured, unit)
    return LineResult(line.id, totals, tax_lines, measured.adjustments(), units)


def _method(method: ShippingMethod, measured: Measured) -> LineResult:
    totals, tax_lines = measured.at(method.quantity)
    return LineResult(method.id, totals, tax_lines, measured.adjustments())


def _units(quantity: Decimal, counters: Counters, measured: Measured, unit: Decimal | None) -> UnitTotals:
    """Return what the units are worth.

    The value of units that come back is total(n) - total(n - k), cumulative in the order received, dismissed,
    requested (step 6): so returning everything piece by piece gives back exactly what was paid.
    """
    worth = {ZERO: ZERO}

    def total(count: Decimal) -> Decimal:
        if count not in worth:
            worth[count] = measured.at(count).totals.total
        return worth[count]

    kept = quantity - counters.return_received
    current = kept - counters.return_dismissed
    remaining = current - counters.return_requested
    refundable = total(remaining)
    per_unit = div(refundable, remaining) if remaining else ZERO
    return UnitTotals(
        refundable_total_per_unit=rho(per_unit, unit) if unit else per_unit,
        refundable_total=refundable,
        fulfilled_total=total(counters.fulfilled),
        shipped_total=total(counters.shipped),
        return_requested_total=total(current) - refundable,
        return_received_total=total(quantity) - total(kept),
        return_dismissed_total=total(kept) - total(current),
        write_off_total=total(counters.written_off),
    )


def _credit(cart: TotalsInput) -> Decimal:
    total = sum([line.amount for line in cart.credit_lines], ZERO)
    return total if abs(total) >= cart.currency.unit else ZERO
