"""The names of stored totals, as commerce/totals/publish.py writes them; a test holds the two equal."""

from __future__ import annotations

from typing import Final

from kit.query import Column, Kind
from kit.query.columns import quoted

LINE_TOTALS: Final = (
    "subtotal",
    "total",
    "original_subtotal",
    "original_total",
    "discount_subtotal",
    "discount_tax_total",
    "discount_total",
    "tax_total",
    "original_tax_total",
)
UNIT_TOTALS: Final = (
    "refundable_total_per_unit",
    "refundable_total",
    "fulfilled_total",
    "shipped_total",
    "return_requested_total",
    "return_received_total",
    "return_dismissed_total",
    "write_off_total",
)
TAX_LINE_TOTALS: Final = ("subtotal", "total")
CART_TOTALS: Final = (
    "total",
    "subtotal",
    "tax_total",
    "discount_total",
    "discount_subtotal",
    "discount_tax_total",
    "original_total",
    "original_subtotal",
    "original_tax_total",
    "item_total",
    "item_subtotal",
    "item_tax_total",
    "item_discount_total",
    "original_item_total",
    "original_item_subtotal",
    "original_item_tax_total",
    "shipping_total",
    "shipping_subtotal",
    "shipping_tax_total",
    "shipping_discount_total",
    "original_shipping_total",
    "original_shipping_subtotal",
    "original_shipping_tax_total",
    "credit_line_total",
    "credit_line_subtotal",
    "credit_line_tax_total",
)


def stored(expression: str, *names: str, star: bool) -> dict[str, Column]:
    """Return amounts that are keys of a jsonb expression, as numbers, so that they can have `raw_` twins."""
    return {name: Column(f"({expression}->>'{name}')::numeric", Kind.NUMBER, star) for name in names}


def inside_row(alias: str, column: str) -> str:
    """Return the expression of a jsonb column of the joined row `alias`."""
    return f"{{{alias}}}.{quoted(column)}"
