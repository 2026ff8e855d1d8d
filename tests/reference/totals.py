"""Contract section 7, formula by formula, without rounding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.cart import ZERO, Cart, Item, Off, Returned

Amounts = dict[str, Fraction]


@dataclass
class Figures:
    """All figures of a line or method: its totals, (before, after) by tax line, (net, gross) by discount."""

    totals: Amounts
    taxes: list[tuple[Fraction, Fraction]]
    offs: list[tuple[Fraction, Fraction]]


def exact_item(item: Item, quantity: Fraction) -> Figures:
    """Return the figures of `quantity` units of a line; discounts are per unit of the whole line."""
    share = quantity / item.quantity if item.quantity else ZERO
    gross = item.price * quantity
    subtotal = gross / (1 + item.r) if item.inclusive else gross
    d = sum((item.net(off) for off in item.offs), ZERO) * share
    tax = (subtotal - d) * item.r
    original_tax = subtotal * item.r
    totals = {
        "subtotal": subtotal,
        "original_subtotal": subtotal,
        "discount_subtotal": d,
        "tax_total": tax,
        "original_tax_total": original_tax,
        "total": subtotal - d + tax,
        "original_total": gross if item.inclusive else subtotal + original_tax,
        "discount_tax_total": original_tax - tax,
        "discount_total": d + original_tax - tax,
    }
    taxes = [(subtotal * rate / 100, (subtotal - d) * rate / 100) for rate in item.rates]
    return Figures(totals, taxes, [(item.net(off), item.net(off) * (1 + item.r)) for off in item.offs])


def kept(item: Item, returned: Returned | None) -> Fraction:
    """Return how many units are still part of the order."""
    return item.quantity if returned is None else item.quantity - returned.received - returned.dismissed


def unit_figures(total_of: Mapping[Fraction, Fraction], item: Item, returned: Returned) -> Amounts:
    """Return what an order's units are worth by where they are; `total_of` is the line's total by quantity.

    What comes back is worth what the line falls by: in the order received, dismissed, requested.
    """
    after_received = item.quantity - returned.received
    after_dismissed = after_received - returned.dismissed
    after_requested = after_dismissed - returned.requested
    return {
        "fulfilled_total": total_of[returned.fulfilled],
        "shipped_total": total_of[returned.shipped],
        "write_off_total": total_of[returned.written_off],
        "return_received_total": total_of[item.quantity] - total_of[after_received],
        "return_dismissed_total": total_of[after_received] - total_of[after_dismissed],
        "return_requested_total": total_of[after_dismissed] - total_of[after_requested],
        "refundable_total": total_of[after_requested],
    }


def quantities(item: Item, returned: Returned) -> list[Fraction]:
    """Return every quantity at which the total of an order's line matters."""
    after = [item.quantity, item.quantity - returned.received, kept(item, returned)]
    return [*after, after[-1] - returned.requested, returned.fulfilled, returned.shipped, returned.written_off]


def cart_totals(cart: Cart, lines: Sequence[Amounts], methods: Sequence[Amounts]) -> Amounts:
    """Return the totals of the whole from those of its parts."""
    credit = sum(cart.credits, ZERO)
    if abs(credit) < cart.cent:
        credit = ZERO
    totals = {"credit_line_total": credit}
    for name in ("total", "subtotal", "tax_total", "discount_total"):
        totals[f"item_{name}"] = _sum(lines, name)
        totals[f"shipping_{name}"] = _sum(methods, name)
    for name in ("total", "subtotal", "tax_total"):
        totals[f"original_item_{name}"] = _sum(lines, f"original_{name}")
        totals[f"original_shipping_{name}"] = _sum(methods, f"original_{name}")
        totals[f"original_{name}"] = totals[f"original_item_{name}"] + totals[f"original_shipping_{name}"]
    totals["subtotal"] = totals["item_subtotal"] + totals["shipping_subtotal"]
    totals["tax_total"] = totals["item_tax_total"] + totals["shipping_tax_total"]
    for name in ("discount_subtotal", "discount_tax_total", "discount_total"):
        totals[name] = _sum([*lines, *methods], name)
    totals["total"] = totals["subtotal"] + totals["tax_total"] - totals["discount_subtotal"] - credit
    return totals


def _sum(parts: Iterable[Amounts], name: str) -> Fraction:
    return sum((part[name] for part in parts), ZERO)


__all__ = ["Amounts", "Figures", "Off", "cart_totals", "exact_item", "kept", "quantities", "unit_figures"]
