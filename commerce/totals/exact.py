"""The exact chain: the formulae of contract section 7, never rounded. Mode `none` publishes it as it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from commerce.totals.results import AdjustmentTotals, Taxed, TaxLineTotals, Totals
from commerce.totals.types import ONE, Adjustment, Priced
from kit.decimals import ZERO, div

PERCENT: Final = Decimal("0.01")


def rate_of(line: Priced) -> Decimal:
    """Return the sum of the line's tax rates as a fraction: 19 % is 0.19."""
    return sum([tax.rate for tax in line.tax_lines], ZERO) * PERCENT


def net_of(adjustment: Adjustment, rate: Decimal) -> Decimal:
    """Return the adjustment without tax."""
    return div(adjustment.amount, ONE + rate) if adjustment.is_tax_inclusive else adjustment.amount


class ExactLine:
    """A line or shipping method measured on the exact chain."""

    __slots__ = ("discount", "line", "nets", "rate")

    def __init__(self, line: Priced) -> None:
        self.line = line
        self.rate = rate_of(line)
        self.nets = [net_of(adjustment, self.rate) for adjustment in line.adjustments]
        self.discount = sum(self.nets, ZERO)

    def at(self, quantity: Decimal) -> Taxed:
        """Return the totals when `quantity` units are left; the discount is per unit, so it shrinks with them."""
        line, rate = self.line, self.rate
        gross = line.unit_price * quantity
        subtotal = div(gross, ONE + rate) if line.is_tax_inclusive and rate else gross
        discount = self._discount_at(quantity)
        taxable = subtotal - discount
        taxes = tuple(
            [TaxLineTotals(t.id, subtotal * t.rate * PERCENT, taxable * t.rate * PERCENT) for t in line.tax_lines]
        )
        tax, original_tax = taxable * rate, subtotal * rate
        discount_tax = original_tax - tax
        totals = Totals(
            subtotal=subtotal,
            total=taxable + tax,
            original_subtotal=subtotal,
            original_total=gross if line.is_tax_inclusive else subtotal + original_tax,
            discount_subtotal=discount,
            discount_tax_total=discount_tax,
            discount_total=discount + discount_tax,
            tax_total=tax,
            original_tax_total=original_tax,
        )
        return Taxed(totals, taxes)

    def adjustments(self) -> tuple[AdjustmentTotals, ...]:
        """Return the adjustments for the whole quantity, as the peer shows them even after returns."""
        return tuple(
            [
                AdjustmentTotals(adjustment.id, adjustment.amount, net, net * (ONE + self.rate))
                for adjustment, net in zip(self.line.adjustments, self.nets, strict=True)
            ]
        )

    def _discount_at(self, quantity: Decimal) -> Decimal:
        whole = self.line.quantity
        if not whole:
            return ZERO  # an order edit removed the line; its adjustments stay behind
        return self.discount if quantity == whole else div(self.discount * quantity, whole)
