"""How much a standard promotion takes off each line or method (contract section 9, Amounts)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from commerce.promotion.types import ONE, Promotion, Target
from kit.decimals import ZERO, div, drop_tail

PERCENT: Final = Decimal("0.01")


class Left:
    """What the promotions before have left of each target, without tax."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._net = {target.id: target.subtotal for target in targets}

    def of(self, target: Target, *, gross: bool) -> Decimal:
        """Return what is left, with tax or without."""
        net = self._net[target.id]
        return net * (ONE + target.rate) if gross else net

    def take(self, target: Target, amount: Decimal, *, gross: bool) -> None:
        """Take `amount` off a target."""
        net = div(amount, ONE + target.rate) if gross else amount
        self._net[target.id] = max(ZERO, self._net[target.id] - net)


def amounts(promotion: Promotion, targets: Sequence[Target], left: Left) -> Iterator[tuple[Target, Decimal]]:
    """Yield what the promotion takes off each target; never more than what is left of it."""
    spread = promotion.target_type == "order" or promotion.allocation in {None, "across"}
    if spread:
        yield from _across(promotion, targets, left)
    elif promotion.allocation == "once" and promotion.target_type == "items":
        yield from _once(promotion, targets, left)
    else:
        for target in targets:
            yield target, _off_units(promotion, target, left, promotion.max_quantity or target.quantity)


def unit_price(target: Target, *, gross: bool) -> Decimal:
    """Return what one unit costs before any discount."""
    if not target.quantity:
        return ZERO
    unit = div(target.subtotal, target.quantity)
    return unit * (ONE + target.rate) if gross else unit


def price_rank(target: Target, *, gross: bool) -> Decimal:
    """Return what targets are sorted by: the unit price, where no division's tail tells equal prices apart."""
    return drop_tail(unit_price(target, gross=gross))


def _across(promotion: Promotion, targets: Sequence[Target], left: Left) -> Iterator[tuple[Target, Decimal]]:
    gross = promotion.is_gross
    rests = [(target, left.of(target, gross=gross)) for target in targets]
    if promotion.type == "percentage":
        yield from ((target, rest * promotion.value * PERCENT) for target, rest in rests)
        return
    whole = sum([rest for _, rest in rests], ZERO)
    if whole <= ZERO:
        return
    yield from ((target, min(rest, div(promotion.value * rest, whole))) for target, rest in rests)


def _once(promotion: Promotion, targets: Sequence[Target], left: Left) -> Iterator[tuple[Target, Decimal]]:
    """Yield the cheapest units first, `max_quantity` of them in the whole cart."""
    units = promotion.max_quantity or ONE
    for target in sorted(targets, key=lambda each: (price_rank(each, gross=promotion.is_gross), each.id)):
        if units <= ZERO:
            return
        count = min(units, target.quantity)
        units -= count
        yield target, _off_units(promotion, target, left, count)


def _off_units(promotion: Promotion, target: Target, left: Left, most: Decimal) -> Decimal:
    gross = promotion.is_gross
    rest, count = left.of(target, gross=gross), min(most, target.quantity)
    if promotion.type == "fixed":
        return min(rest, promotion.value * count)
    return min(rest, unit_price(target, gross=gross) * count) * promotion.value * PERCENT
