"""Results as plain dicts with the API's names, ready for `kit.decimals.encode` and the `totals` columns."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from commerce.totals.results import NOTHING, LineResult, TotalsResult, UnitTotals
from commerce.totals.summary import Summary
from commerce.totals.types import CreditLine
from kit.decimals import EXACT, ZERO, settle


def cart_totals(result: TotalsResult) -> dict[str, Decimal]:
    """Return the totals of a cart: the 25 that a cart answers by default, and `original_subtotal`."""
    items, shipping, plus = result.items, result.shipping, EXACT.add
    totals = {
        "total": result.total,
        "subtotal": plus(items.subtotal, shipping.subtotal),
        "tax_total": plus(items.tax_total, shipping.tax_total),
        "discount_total": plus(items.discount_total, shipping.discount_total),
        "discount_subtotal": plus(items.discount_subtotal, shipping.discount_subtotal),
        "discount_tax_total": plus(items.discount_tax_total, shipping.discount_tax_total),
        "original_total": plus(items.original_total, shipping.original_total),
        "original_subtotal": plus(items.original_subtotal, shipping.original_subtotal),
        "original_tax_total": plus(items.original_tax_total, shipping.original_tax_total),
        "item_total": items.total,
        "item_subtotal": items.subtotal,
        "item_tax_total": items.tax_total,
        "item_discount_total": items.discount_total,
        "original_item_total": items.original_total,
        "original_item_subtotal": items.original_subtotal,
        "original_item_tax_total": items.original_tax_total,
        "shipping_total": shipping.total,
        "shipping_subtotal": shipping.subtotal,
        "shipping_tax_total": shipping.tax_total,
        "shipping_discount_total": shipping.discount_total,
        "original_shipping_total": shipping.original_total,
        "original_shipping_subtotal": shipping.original_subtotal,
        "original_shipping_tax_total": shipping.original_tax_total,
        "credit_line_total": result.credit_line_total,
        "credit_line_subtotal": result.credit_line_total,
        "credit_line_tax_total": ZERO,
    }
    return _settled(totals)


def _settled(totals: dict[str, Decimal]) -> dict[str, Decimal]:
    return {name: settle(amount) for name, amount in totals.items()}


CART_TOTALS: Final = frozenset(cart_totals(TotalsResult(NOTHING, NOTHING, ZERO, ZERO, (), ())))
"""The names of a cart's totals."""


def order_totals(result: TotalsResult) -> dict[str, Decimal]:
    """Return the totals of an order: those of a cart, and what its units are worth by where they are."""
    units = result.units or UnitTotals(*[ZERO] * len(UnitTotals._fields))
    extra = {name: amount for name, amount in units._asdict().items() if not name.startswith("refundable")}
    return {**cart_totals(result), **_settled(extra)}


def line_totals(line: LineResult) -> dict[str, Decimal]:
    """Return the totals of a line or a shipping method: 9, or 17 for a line of an order."""
    totals = line.totals._asdict()
    return _settled(totals if line.units is None else {**totals, **line.units._asdict()})


def tax_line_totals(line: LineResult) -> dict[str, dict[str, Decimal]]:
    """Return `total` and `subtotal` by the id of each tax line."""
    return {tax.id: _settled({"total": tax.total, "subtotal": tax.subtotal}) for tax in line.tax_lines}


def adjustment_totals(line: LineResult) -> dict[str, dict[str, Decimal]]:
    """Return `amount`, `subtotal` and `total` by the id of each adjustment."""
    return {
        part.id: _settled({"amount": part.amount, "subtotal": part.subtotal, "total": part.total})
        for part in line.adjustments
    }


def credit_line_totals(line: CreditLine) -> dict[str, Decimal]:
    """Return `subtotal` and `total` of a credit line, which carries no tax."""
    return _settled({"subtotal": line.amount, "total": line.amount})


def summary_totals(summary: Summary) -> dict[str, Decimal]:
    """Return the `summary` of an order."""
    return _settled(summary._asdict())
