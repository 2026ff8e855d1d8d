"""Own sides and promotions in minor units (steps 1 and 2 of the rounding rule)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from commerce.totals.exact import rate_of
from commerce.totals.types import ONE, Adjustment, Priced
from kit.decimals import NEGLIGIBLE, ZERO, div, drop_tail, rho
from kit.money import round_parts

Parts: TypeAlias = dict[str, Decimal]
"""Exact own-side parts of one promotion by line id."""


def own_part(line: Priced, adjustment: Adjustment, rate: Decimal) -> Decimal:
    """Return the exact discount on the line's own side: gross when its price includes tax, net when not."""
    if adjustment.is_tax_inclusive == line.is_tax_inclusive:
        return adjustment.amount
    if line.is_tax_inclusive:
        return adjustment.amount * (ONE + rate)
    return div(adjustment.amount, ONE + rate)


def promotion_parts(lines: Sequence[Priced]) -> list[Parts]:
    """Return the exact own-side parts of each promotion, in order of application.

    The order comes from ranks and names alone, so that the order of the lines cannot change a total.
    """
    promotions: dict[tuple[int, str], Parts] = {}
    for line in lines:
        if not line.adjustments:
            continue
        rate = rate_of(line)
        for adjustment in line.adjustments:
            parts = promotions.setdefault((adjustment.rank, adjustment.promotion or adjustment.id), {})
            parts[line.id] = parts.get(line.id, ZERO) + own_part(line, adjustment, rate)
    return [promotions[key] for key in sorted(promotions)]


def settle_own_sides(lines: Sequence[Priced], unit: Decimal) -> tuple[Parts, Parts]:
    """Return by line id what each line costs on its own side, in minor units, before and after all promotions."""
    exact = {line.id: line.unit_price * line.quantity for line in lines}
    own = {line_id: rho(amount, unit) for line_id, amount in exact.items()}
    left = own.copy()
    for parts in promotion_parts(lines):
        _take(parts, exact, left, unit)
    return own, left


def _take(parts: Parts, exact: Parts, left: Parts, unit: Decimal) -> None:
    """Take one promotion off `exact` and `left`.

    What takes all that a line has left exactly takes all that it has left rounded: 100 % off pays nothing, whatever
    the roundings before. The sum of the others is rounded once, so many lines do not gather many half cents; yet each
    line's part moves by less than a minor unit, so no line pays for what others are too cheap to give.
    """
    others: Parts = {}
    for line_id, part in parts.items():
        exact[line_id] = rest = exact[line_id] - part
        if rest < unit and drop_tail(rest) <= NEGLIGIBLE:
            left[line_id] = ZERO
        else:
            others[line_id] = part
    for line_id, share in round_parts(others, unit, left).items():
        left[line_id] -= share
