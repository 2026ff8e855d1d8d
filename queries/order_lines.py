"""Lines and shipping methods of an order, each with its row of one version."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from commerce.order.lines import (
    OrderItem,
    OrderLineItem,
    OrderLineItemAdjustment,
    OrderLineItemTaxLine,
    OrderShipping,
    OrderShippingMethod,
    OrderShippingMethodAdjustment,
    OrderShippingMethodTaxLine,
)
from kit.query import LIVE, Fragment, Kind, Resource, columns_of, many, one
from kit.query.columns import Column
from queries.product import PRODUCT, VARIANT_ALONE
from queries.totals import LINE_TOTALS, UNIT_TOTALS, stored

AT_VERSION: Final = "{t}.version = coalesce(:version::bigint, {parent}.version)"

QUANTITIES: Final = (
    "quantity",
    "fulfilled_quantity",
    "delivered_quantity",
    "shipped_quantity",
    "return_requested_quantity",
    "return_received_quantity",
    "return_dismissed_quantity",
    "written_off_quantity",
)

ITEM_DETAIL: Final[Resource] = Resource(
    OrderItem,
    key="detail",
    plural="details",
    hidden=frozenset({"totals"}),
    twins=("unit_price", "compare_at_unit_price", *QUANTITIES),
)
_TAXED: Final = ("rate", "subtotal", "total")
_DISCOUNTED: Final = ("amount", "subtotal", "total")
_INNER: Final = frozenset({"exact", "rank"})
ITEM_TAX_LINE: Final[Resource] = Resource(OrderLineItemTaxLine, key="tax_line", plural="tax_lines", twins=_TAXED)
ITEM_ADJUSTMENT: Final[Resource] = Resource(
    OrderLineItemAdjustment, key="adjustment", plural="adjustments", twins=_DISCOUNTED, hidden=_INNER
)
METHOD_TAX_LINE: Final[Resource] = Resource(
    OrderShippingMethodTaxLine, key="tax_line", plural="tax_lines", twins=_TAXED
)
METHOD_ADJUSTMENT: Final[Resource] = Resource(
    OrderShippingMethodAdjustment, key="adjustment", plural="adjustments", twins=_DISCOUNTED, hidden=_INNER
)
METHOD_DETAIL: Final[Resource] = Resource(OrderShipping, key="detail", plural="details", hidden=frozenset({"totals"}))

_ITEM_ROWS: Final = """
  SELECT l.*, i.id AS detail_id, i.order_id, i.version, i.quantity, i.metadata AS item_metadata, i.totals
  FROM order_item i JOIN order_line_item l ON l.id = i.item_id"""
_METHOD_ROWS: Final = """
  SELECT m.*, s.id AS detail_id, s.order_id, s.version, s.totals
  FROM order_shipping s JOIN order_shipping_method m ON m.id = s.shipping_method_id"""
_TOTALS: Final = "{t}.totals"

_ITEM_COLUMNS: Final = {
    **columns_of(OrderLineItem.__table__),  # type: ignore[arg-type]  # a mapped class's table is a Table
    "metadata": Column("{t}.item_metadata", Kind.JSON),
    "line_item_metadata": Column("{t}.metadata", Kind.JSON),
    "quantity": Column("{t}.quantity", Kind.NUMBER),
    **stored(_TOTALS, *LINE_TOTALS, *UNIT_TOTALS, star=True),
}
_METHOD_COLUMNS: Final = {
    **columns_of(OrderShippingMethod.__table__),  # type: ignore[arg-type]  # a mapped class's table is a Table
    "order_id": Column("{t}.order_id"),
    **stored(_TOTALS, *LINE_TOTALS, star=True),
}

ITEM: Final[Resource] = Resource(
    Fragment(_ITEM_ROWS, _ITEM_COLUMNS),
    key="item",
    plural="items",
    twins=("unit_price", "compare_at_unit_price", "quantity", *LINE_TOTALS, *UNIT_TOTALS),
    relations={
        "detail": one(lambda: ITEM_DETAIL, on="{t}.id = {parent}.detail_id", where=LIVE),
        "tax_lines": many(lambda: ITEM_TAX_LINE, on="item_id", where=LIVE),
        "adjustments": many(
            lambda: ITEM_ADJUSTMENT, on="item_id", where=f"{LIVE} AND {{t}}.version = {{parent}}.version"
        ),
        "variant": one(lambda: VARIANT_ALONE, on="variant_id", where=""),
        "product": one(lambda: PRODUCT, on="product_id", where=""),
    },
)
_TOTALED: Final = {*LINE_TOTALS, *UNIT_TOTALS}
UNTOTALED_ITEM: Final[Resource] = ITEM.but(
    source=Fragment(
        _ITEM_ROWS,
        {name: replace(each, star=each.star and name not in _TOTALED) for name, each in _ITEM_COLUMNS.items()},
    )
)
"""A line whose totals show only where they are named."""
SHIPPING_METHOD: Final[Resource] = Resource(
    Fragment(_METHOD_ROWS, _METHOD_COLUMNS),
    key="shipping_method",
    plural="shipping_methods",
    twins=("amount", *LINE_TOTALS),
    relations={
        "detail": one(lambda: METHOD_DETAIL, on="{t}.id = {parent}.detail_id", where=LIVE),
        "tax_lines": many(lambda: METHOD_TAX_LINE, on="shipping_method_id", where=LIVE),
        "adjustments": many(
            lambda: METHOD_ADJUSTMENT,
            on="shipping_method_id",
            where=f"{LIVE} AND {{t}}.version = {{parent}}.version",
        ),
    },
)
