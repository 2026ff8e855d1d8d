"""What changes a cart's lines, before anything is priced (contract section 11); pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from commerce.cart.rows import CartState, Line
from kit.errors import not_found


@dataclass(frozen=True, slots=True)
class NewItem:
    """What a shopper asks to add."""

    variant_id: str
    quantity: Decimal
    metadata: Mapping[str, Any] | None = None


def with_items(cart: CartState, items: Sequence[tuple[NewItem, Line]]) -> tuple[CartState, frozenset[str]]:
    """Return the cart with each item merged into its equal line, or its fresh line appended, and the touched ids.

    Two lines are equal when variant and metadata are, and neither has a custom price.
    """
    lines = list(cart.lines)
    touched: set[str] = set()
    for item, fresh in items:
        at = next((i for i, line in enumerate(lines) if _mergeable(line, fresh)), None)
        if at is None:
            lines.append(fresh)
            touched.add(fresh.id)
        else:
            lines[at] = replace(lines[at], quantity=lines[at].quantity + item.quantity)
            touched.add(lines[at].id)
    return replace(cart, lines=tuple(lines)), frozenset(touched)


def with_quantity(
    cart: CartState, line_id: str, quantity: Decimal, metadata: Mapping[str, Any] | None
) -> tuple[CartState, frozenset[str]]:
    """Return the cart with the line's new quantity (0 removes it) and metadata; not_found for an unknown line."""
    if all(line.id != line_id for line in cart.lines):
        raise not_found(f"Line item with id: {line_id} was not found")
    if quantity == 0:
        return without_line(cart, line_id), frozenset()
    lines = tuple(_changed(line, quantity, metadata) if line.id == line_id else line for line in cart.lines)
    return replace(cart, lines=lines), frozenset({line_id})


def without_line(cart: CartState, line_id: str) -> CartState:
    """Return the cart without the line; a line that is not there is no error (contract section 1)."""
    return replace(cart, lines=tuple(line for line in cart.lines if line.id != line_id))


def merged_metadata(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return metadata merged key by key; an empty string removes its key (contract section 1)."""
    if new is None:
        return old
    merged = {**(old or {}), **new}
    return {key: value for key, value in merged.items() if value != ""}


def _mergeable(line: Line, fresh: Line) -> bool:
    plain = not line.is_custom_price and not fresh.is_custom_price
    return plain and line.variant_id == fresh.variant_id and dict(line.metadata or {}) == dict(fresh.metadata or {})


def _changed(line: Line, quantity: Decimal, metadata: Mapping[str, Any] | None) -> Line:
    return replace(line, quantity=quantity, metadata=merged_metadata(line.metadata, metadata))
