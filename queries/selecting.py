"""What a route adds to what was asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

from kit.query.selection import Selection
from queries.totals import CART_TOTALS, LINE_TOTALS, TAX_LINE_TOTALS, UNIT_TOTALS

TOTALS: Final = frozenset({*CART_TOTALS, "summary"})

_LINE: Final = (
    *("id", "title", "subtitle", "thumbnail", "variant_id", "product_id", "product_title"),
    *("product_description", "product_subtitle", "product_type", "product_type_id", "product_collection"),
    *("product_handle", "variant_sku", "variant_barcode", "variant_title", "variant_option_values"),
    *("requires_shipping", "is_giftcard", "is_discountable", "is_tax_inclusive", "is_custom_price"),
    *("compare_at_unit_price", "unit_price", "quantity", "metadata", "line_item_metadata", "created_at"),
    *("updated_at", "deleted_at", "raw_unit_price", "raw_quantity", "raw_compare_at_unit_price"),
)


def also(selection: Selection, path: str) -> Selection:
    """Return `selection` with the name at the dotted `path` in it too."""
    first, _, rest = path.partition(".")
    if not rest:
        return replace(selection, names=tuple(sorted({*selection.names, first})))
    return _with_child(selection, first, also(selection.child(first) or Selection(), rest))


def also_all(selection: Selection, path: str) -> Selection:
    """Return `selection` with every own column of what the dotted `path` leads to."""
    first, _, rest = path.partition(".")
    below = selection.child(first) or Selection()
    return _with_child(selection, first, also_all(below, rest) if rest else replace(below, star=True))


def _with_child(selection: Selection, name: str, below: Selection) -> Selection:
    children = {**dict(selection.children), name: below}
    return replace(selection, children=tuple(sorted(children.items(), key=lambda child: child[0])))


@lru_cache(maxsize=256)
def with_line_totals(selection: Selection) -> Selection:
    """Return `selection` with the totals of lines and methods that are shown whole, where any total was asked for."""
    if not TOTALS.intersection(selection.names):
        return selection
    for name in ("items", "shipping_methods"):
        below = selection.child(name)
        if below is not None and below.star:
            selection = _totalled(selection, name, LINE_TOTALS)
    return selection


@lru_cache(maxsize=256)
def as_listed(selection: Selection) -> Selection:
    """Return what a list of orders shows unasked: statuses, and its lines, with totals where any was asked for."""
    for name in ("status", "version", "payment_status", "fulfillment_status"):
        selection = also(selection, name)
    for name in _LINE:
        selection = also(selection, f"items.{name}")
    selection = also_all(selection, "items.detail")
    if not TOTALS.intersection(selection.names):
        return selection
    return _totalled(selection, "items", (*LINE_TOTALS, *UNIT_TOTALS), raw=True)


@lru_cache(maxsize=256)
def as_read(selection: Selection) -> Selection:
    """Return what one order shows unasked: what its lines and methods are made of, where they are shown whole.

    A payment and its session show each other whole where both are shown: the peer has them in memory then.
    """
    for name in ("items", "shipping_methods"):
        below = selection.child(name)
        if below is not None and below.star:
            selection = also_all(selection, f"{name}.detail")
            if TOTALS.intersection(selection.names):
                selection = _totalled(selection, name, ())
    collections = selection.child("payment_collections")
    if collections is None:
        return selection
    payments, sessions = collections.child("payments"), collections.child("payment_sessions")
    if payments is None or sessions is None:
        return selection
    below = _with_child(collections, "payments", _with_child(payments, "payment_session", sessions))
    below = _with_child(below, "payment_sessions", _with_child(sessions, "payment", payments))
    return _with_child(selection, "payment_collections", below)


@lru_cache(maxsize=256)
def with_orders_whole(selection: Selection) -> Selection:
    """Return `selection` with all that a customer's orders are made of, where they are asked for whole (`*orders`)."""
    below = selection.child("orders")
    if below is None or not below.star:
        return selection
    for name in (*CART_TOTALS, *UNIT_TOTALS[2:], "shipping_address.id", "billing_address.id"):
        selection = also(selection, f"orders.{name}")
    for name in ("items", "items.detail", "shipping_methods", "shipping_methods.detail", "credit_lines"):
        selection = also_all(selection, f"orders.{name}")
    return _totalled(
        _totalled(selection, "orders.items", (*LINE_TOTALS, *UNIT_TOTALS)), "orders.shipping_methods", LINE_TOTALS
    )


def _totalled(selection: Selection, owner: str, names: tuple[str, ...], *, raw: bool = False) -> Selection:
    for name in names:
        selection = also(selection, f"{owner}.{name}")
        selection = also(selection, f"{owner}.raw_{name}") if raw else selection
    for name in TAX_LINE_TOTALS:
        selection = also(selection, f"{owner}.tax_lines.{name}")
    return also_all(also_all(selection, f"{owner}.tax_lines"), f"{owner}.adjustments")
