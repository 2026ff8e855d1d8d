"""Buy some, get some (contract section 9): units that count as bought, and units that are lowered for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from commerce.promotion.amounts import PERCENT, Left, price_rank, unit_price
from commerce.promotion.matching import matching
from commerce.promotion.types import ONE, Promotion, Target
from kit.decimals import ZERO

Units = dict[str, Decimal]


def buyget_amounts(
    promotion: Promotion, items: Sequence[Target], left: Left, used: Units
) -> Iterator[tuple[Target, Decimal]]:
    """Yield what is taken off each line; `used` are the units that buygets of this cart have spoken for, added to here.

    Bought units: those that are no targets first, then the dearer. Lowered units: the cheaper first, since the contract
    names no order and that is what shops mean by it.
    """
    targets = matching(items, promotion.target_rules, "items.")
    named = {target.id for target in targets}
    buying = sorted(
        matching(items, promotion.buy_rules, "items."),
        key=lambda each: (each.id in named, -price_rank(each, gross=False), each.id),
    )
    getting = sorted(targets, key=lambda each: (price_rank(each, gross=False), each.id))
    need, each_time = promotion.buy_rules_min_quantity or ONE, promotion.apply_to_quantity or ONE
    rest = promotion.max_quantity or each_time
    lowered: Units = {}
    while rest > ZERO:
        bought = _pick(buying, need, used)
        if bought is None:
            break
        got = _pick(getting, min(each_time, rest), _plus(used, bought))
        if got is None:
            break
        for units in (bought, got):
            used.update(_plus(used, units))
        lowered = _plus(lowered, got)
        rest -= sum(got.values(), ZERO)
    for target in getting:
        if target.id in lowered:
            yield target, _off(promotion, target, lowered[target.id], left)


def _pick(items: Sequence[Target], count: Decimal, used: Units) -> Units | None:
    """Return `count` free units, None when there are not so many."""
    picked: Units = {}
    for item in items:
        free = min(count, item.quantity - used.get(item.id, ZERO))
        if free > ZERO:
            picked[item.id] = free
            count -= free
        if count <= ZERO:
            return picked
    return None


def _plus(one: Units, other: Units) -> Units:
    return {**one, **{id_: one.get(id_, ZERO) + units for id_, units in other.items()}}


def _off(promotion: Promotion, target: Target, units: Decimal, left: Left) -> Decimal:
    gross = promotion.is_gross
    unit = unit_price(target, gross=gross)
    each = min(unit, promotion.value) if promotion.type == "fixed" else unit * promotion.value * PERCENT
    return min(left.of(target, gross=gross), each * units)
