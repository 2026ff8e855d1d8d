"""Mode `currency`: every published amount is a multiple of the minor unit, and every sum adds up exactly.

The rule in short (steps 3 to 6; commerce/totals/spread.py has 1 and 2): a line is settled on its own side, gross when
its price includes tax and net when not; the other side and the taxes follow from the rounded own side, so that an
inclusive price is paid to the cent and no identity of contract section 7 is off by one.
"""

from __future__ import annotations

from decimal import Decimal

from commerce.totals.exact import PERCENT, net_of, rate_of
from commerce.totals.results import AdjustmentTotals, Taxed, TaxLineTotals, Totals
from commerce.totals.types import ONE, Priced
from kit.decimals import ZERO, div, rho
from kit.money import allocate_all


class RoundedLine:
    """A line or shipping method settled in minor units: `own` before the discount, `left` after it."""

    __slots__ = ("left", "line", "own", "rate", "unit", "whole")

    def __init__(self, line: Priced, unit: Decimal, own: Decimal, left: Decimal) -> None:
        self.line = line
        self.rate = rate_of(line)
        self.unit = unit
        self.own = own
        self.left = left
        self.whole = self._taxed(own, left)

    def at(self, quantity: Decimal) -> Taxed:
        """Return the totals when `quantity` units are left; never falls as the quantity rises (step 6)."""
        return self.whole if quantity == self.line.quantity else self._taxed(*self._settled_at(quantity))

    def adjustments(self) -> tuple[AdjustmentTotals, ...]:
        """Return the discount of the whole quantity spread over the adjustments by their exact weights (step 5)."""
        adjustments, totals = self.line.adjustments, self.whole.totals
        if not adjustments:
            return ()
        # Equal ones in the order of application: their ids, new with every write, must not decide who gets a cent.
        weights = [net_of(each, self.rate) for each in adjustments]
        nets, grosses = allocate_all((totals.discount_subtotal, totals.discount_total), weights, self.unit)
        return tuple(
            [
                AdjustmentTotals(a.id, gross if a.is_tax_inclusive else net, net, gross)
                for a, net, gross in zip(adjustments, nets, grosses, strict=True)
            ]
        )

    def _taxed(self, own: Decimal, left: Decimal) -> Taxed:
        return self._inclusive(own, left) if self.line.is_tax_inclusive else self._exclusive(own, left)

    def _settled_at(self, quantity: Decimal) -> tuple[Decimal, Decimal]:
        whole = self.line.quantity
        own = rho(self.line.unit_price * quantity, self.unit)
        if self.left == self.own or not whole:
            return own, own
        # The price paid is what is prorated, not the discount: so no unit that comes back can be worth less than 0.
        # It stays below `own`, since `left` is a whole minor unit below an `own` that is at most half a unit too high.
        return own, rho(div(self.left * quantity, whole), self.unit)

    def _inclusive(self, own: Decimal, left: Decimal) -> Taxed:
        rate, unit = self.rate, self.unit
        original_tax = rho(div(own * rate, ONE + rate), unit) if rate else ZERO
        tax = original_tax if left == own else rho(div(left * rate, ONE + rate), unit)
        subtotal = own - original_tax
        totals = Totals(
            subtotal=subtotal,
            total=left,
            original_subtotal=subtotal,
            original_total=own,
            discount_subtotal=subtotal - (left - tax),
            discount_tax_total=original_tax - tax,
            discount_total=own - left,
            tax_total=tax,
            original_tax_total=original_tax,
        )
        return Taxed(totals, self._spread_taxes(original_tax, tax))

    def _spread_taxes(self, original_tax: Decimal, tax: Decimal) -> tuple[TaxLineTotals, ...]:
        tax_lines = self.line.tax_lines
        if len(tax_lines) == 1:
            return (TaxLineTotals(tax_lines[0].id, original_tax, tax),)
        before, after = allocate_all((original_tax, tax), [line.rate for line in tax_lines], self.unit)
        return tuple(
            [TaxLineTotals(*each) for each in zip([line.id for line in tax_lines], before, after, strict=True)]
        )

    def _exclusive(self, own: Decimal, left: Decimal) -> Taxed:
        unit = self.unit
        taxes = tuple(
            [
                TaxLineTotals(line.id, rho(own * line.rate * PERCENT, unit), rho(left * line.rate * PERCENT, unit))
                for line in self.line.tax_lines
            ]
        )
        original_tax = sum([line.subtotal for line in taxes], ZERO)
        tax = sum([line.total for line in taxes], ZERO)
        totals = Totals(
            subtotal=own,
            total=left + tax,
            original_subtotal=own,
            original_total=own + original_tax,
            discount_subtotal=own - left,
            discount_tax_total=original_tax - tax,
            discount_total=own + original_tax - left - tax,
            tax_total=tax,
            original_tax_total=original_tax,
        )
        return Taxed(totals, taxes)
