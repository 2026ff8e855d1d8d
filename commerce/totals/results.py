"""What the calculator returns; each field is named as the API names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kit.decimals import ZERO


class Totals(NamedTuple):
    """The totals of one line or shipping method, or the sums over several (contract section 7)."""

    subtotal: Decimal
    total: Decimal
    original_subtotal: Decimal
    original_total: Decimal
    discount_subtotal: Decimal
    discount_tax_total: Decimal
    discount_total: Decimal
    tax_total: Decimal
    original_tax_total: Decimal


class UnitTotals(NamedTuple):
    """What the units of an order line are worth by where they are; `refundable_total_per_unit` is for display only."""

    refundable_total_per_unit: Decimal
    refundable_total: Decimal
    fulfilled_total: Decimal
    shipped_total: Decimal
    return_requested_total: Decimal
    return_received_total: Decimal
    return_dismissed_total: Decimal
    write_off_total: Decimal


class TaxLineTotals(NamedTuple):
    """The tax of one rate: `subtotal` before the discount, `total` after it."""

    id: str
    subtotal: Decimal
    total: Decimal


class AdjustmentTotals(NamedTuple):
    """One adjustment as published: without tax, with tax, and `amount`, which is the one that its flag names."""

    id: str
    amount: Decimal
    subtotal: Decimal
    total: Decimal


class Taxed(NamedTuple):
    """The totals at some quantity with their split over the tax lines."""

    totals: Totals
    tax_lines: tuple[TaxLineTotals, ...]


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line or shipping method; `units` only for lines of orders."""

    id: str
    totals: Totals
    tax_lines: tuple[TaxLineTotals, ...]
    adjustments: tuple[AdjustmentTotals, ...]
    units: UnitTotals | None = None


@dataclass(frozen=True, slots=True)
class TotalsResult:
    """Every total of a cart or an order; `units` only for orders."""

    items: Totals
    shipping: Totals
    credit_line_total: Decimal
    total: Decimal
    lines: tuple[LineResult, ...]
    shipping_methods: tuple[LineResult, ...]
    units: UnitTotals | None = None


NOTHING = Totals(*[ZERO] * len(Totals._fields))


def add_up(parts: Iterable[Totals]) -> Totals:
    """Return the sums, field by field."""
    columns = zip(*parts, strict=True)
    return Totals(*[sum(column, ZERO) for column in columns] or NOTHING)


def add_up_units(parts: Iterable[UnitTotals | None]) -> UnitTotals | None:
    """Return the sums over the lines of an order, or None when no line has any (a cart)."""
    columns = zip(*[part for part in parts if part is not None], strict=True)
    sums = [sum(column, ZERO) for column in columns]
    return UnitTotals(*sums) if sums else None
