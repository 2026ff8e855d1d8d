"""Contract section 9: what each promotion takes off each item of a cart, and which promotions act at all.

Where the contract names no order (ties, which units a buyget lowers) or is mended (docs/adr/0008, 0011), it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.reference.cart import NOTHING, ZERO, Cart, Item, Off, Promotion, Rule

ONE = Fraction(1)
Taken = list[tuple[Item, Fraction]]


@dataclass
class Work:
    """What is left of everything while the promotions of one cart are applied one after the other."""

    left: dict[str, Fraction]  # by item, without tax
    spoken_for: dict[str, Fraction] = field(default_factory=dict)  # units that a buyget used, by line
    drawn: dict[str, Fraction] = field(default_factory=dict)  # by budget

    def of(self, item: Item, *, with_tax: bool) -> Fraction:
        return self.left[item.id] * (1 + item.r if with_tax else 1)

    def free(self, item: Item) -> Fraction:
        return item.quantity - self.spoken_for.get(item.id, ZERO)


def apply(cart: Cart, promotions: Iterable[Promotion]) -> None:
    """Put the discounts of the promotions, all of which may act, on the cart in place of those it has."""
    work = Work({item.id: item.subtotal for item in cart.items})
    cart.codes = []
    for item in cart.items:
        item.offs = []
    for promotion in sorted(promotions, key=order_of_application):
        before = dict(work.spoken_for)
        taken = [(item, amount) for item, amount in _taken(cart, promotion, work) if amount > NOTHING]
        with_tax = promotion.with_tax and promotion.target != "shipping_methods"
        taken = _affordable(promotion, taken, work)
        if taken:
            cart.codes.append(promotion.id)
        else:
            work.spoken_for = before
        for item, amount in taken:
            off = Off(promotion.id, amount, with_tax)
            item.offs.append(off)
            work.left[item.id] = max(ZERO, work.left[item.id] - item.net(off))


def order_of_application(promotion: Promotion) -> tuple[bool, Fraction, Fraction, Fraction, str]:
    """Buygets, then larger values; ties of buygets by their quantities; the rest by id, which the contract leaves."""
    if promotion.type == "buyget":
        return False, -promotion.value, -(promotion.buy_min or ZERO), -(promotion.apply_to or ZERO), promotion.id
    return True, -promotion.value, ZERO, ZERO, promotion.id


def _taken(cart: Cart, promotion: Promotion, work: Work) -> Taken:
    if promotion.target == "shipping_methods":
        return _off_shipping(promotion, _targets(cart.methods, promotion.target_rules, "shipping_methods."), work)
    lines = [line for line in cart.lines if line.discountable and line.subtotal > 0]
    targets = _targets(lines, promotion.target_rules, "items.")
    if promotion.type == "buyget":
        return _buyget(promotion, _targets(lines, promotion.buy_rules, "items."), targets, work)
    if promotion.target == "order" or promotion.allocation == "across":
        return _across(promotion, targets, work, with_tax=promotion.with_tax)
    if promotion.allocation == "once":
        return _once(promotion, targets, work)
    return [(line, _units_off(promotion, line, promotion.max_quantity or line.quantity, work)) for line in targets]


def _targets(items: Sequence[Item], rules: Sequence[Rule], prefix: str) -> list[Item]:
    fitting = [i for i in items if all(holds(rule, i.facts, rule.attribute.removeprefix(prefix)) for rule in rules)]
    return sorted(fitting, key=lambda item: item.id)


def _across(promotion: Promotion, items: Sequence[Item], work: Work, *, with_tax: bool) -> Taken:
    remaining = {item.id: work.of(item, with_tax=with_tax) for item in items}
    whole = sum(remaining.values(), ZERO)
    if promotion.method == "percentage":
        return [(item, remaining[item.id] * promotion.value / 100) for item in items]
    if whole == 0:
        return []
    return [(item, min(remaining[item.id], promotion.value * remaining[item.id] / whole)) for item in items]


def _once(promotion: Promotion, lines: Sequence[Item], work: Work) -> Taken:
    units, taken = promotion.max_quantity or ONE, []
    for line in sorted(lines, key=lambda line: (_unit(line, promotion), line.id)):
        count = min(units, line.quantity)
        if count > 0:
            taken.append((line, _units_off(promotion, line, count, work)))
            units -= count
    return taken


def _units_off(promotion: Promotion, line: Item, count: Fraction, work: Work) -> Fraction:
    """Return what is taken off at most `count` units of a line."""
    count, remaining = min(count, line.quantity), work.of(line, with_tax=promotion.with_tax)
    if promotion.method == "percentage":
        return min(remaining, _unit(line, promotion) * count) * promotion.value / 100
    return min(remaining, promotion.value * count)


def _unit(line: Item, promotion: Promotion) -> Fraction:
    return line.subtotal / line.quantity * (1 + line.r if promotion.with_tax else 1)


def _off_shipping(promotion: Promotion, methods: Sequence[Item], work: Work) -> Taken:
    """Take off shipping, whose base is always without tax."""
    if promotion.allocation not in {"each", "once"}:
        return _across(promotion, methods, work, with_tax=False)
    if promotion.method == "percentage":
        return [(method, work.left[method.id] * promotion.value / 100) for method in methods]
    return [(method, min(promotion.value, work.left[method.id])) for method in methods]


def _buyget(promotion: Promotion, buys: Sequence[Item], targets: Sequence[Item], work: Work) -> Taken:
    """Bought: lines that are no targets first, then the dearer; lowered: the cheaper (docs/adr/0008)."""
    named = {line.id for line in targets}
    buys = sorted(buys, key=lambda line: (line.id in named, -line.subtotal / line.quantity, line.id))
    targets = sorted(targets, key=lambda line: (_plain_unit(line), line.id))
    lowered: dict[str, Fraction] = {}
    rest = promotion.max_quantity or ZERO
    while rest > 0:
        before = dict(work.spoken_for)
        bought = _reserve(buys, promotion.buy_min or ONE, work)
        got = _reserve(targets, min(promotion.apply_to or ONE, rest), work) if bought is not None else None
        if got is None:
            work.spoken_for = before
            break
        for id_, units in got.items():
            lowered[id_] = lowered.get(id_, ZERO) + units
            rest -= units
    taken = []
    for line in targets:
        if line.id in lowered:
            unit = _unit(line, promotion)
            each = unit * promotion.value / 100 if promotion.method == "percentage" else min(unit, promotion.value)
            taken.append((line, min(each * lowered[line.id], work.of(line, with_tax=promotion.with_tax))))
    return taken


def _plain_unit(line: Item) -> Fraction:
    return line.subtotal / line.quantity


def _reserve(lines: Sequence[Item], count: Fraction, work: Work) -> dict[str, Fraction] | None:
    """Speak for `count` free units, line by line; None, and nothing reserved, when there are not so many."""
    found: dict[str, Fraction] = {}
    for line in lines:
        units = min(count - sum(found.values(), ZERO), work.free(line))
        if units > 0:
            found[line.id] = units
    if sum(found.values(), ZERO) < count:
        return None
    for id_, units in found.items():
        work.spoken_for[id_] = work.spoken_for.get(id_, ZERO) + units
    return found


def _affordable(promotion: Promotion, taken: Taken, work: Work) -> Taken:
    """Leave out what would pass the campaign's budget; what the whole cart draws counts together (ADR 0008, 0011)."""
    budget = promotion.budget
    if budget is None or budget.limit is None or not taken:
        return taken
    drawn = work.drawn.get(budget.id, ZERO)
    if budget.type in {"usage", "use_by_attribute"}:
        if budget.used + drawn + 1 > budget.limit:
            return []
        work.drawn[budget.id] = drawn + 1
        return taken
    if budget.type != "spend":
        return taken
    kept = []
    for item, amount in taken:
        if budget.used + drawn + amount <= budget.limit:
            drawn += amount
            kept.append((item, amount))
    work.drawn[budget.id] = drawn
    return kept


def is_of_totals(rule: Rule) -> bool:
    return rule.attribute.endswith("total")


def may_act(promotion: Promotion, cart: Cart, totals: Mapping[str, Fraction] | None) -> bool:
    """Tell whether a promotion is eligible; `totals` are those that its rules see, None to let such rules be."""
    if not promotion.active or (promotion.limit is not None and promotion.used >= promotion.limit):
        return False
    if promotion.currency and promotion.currency != cart.currency:
        return False
    budget = promotion.budget
    if budget is not None and budget.limit is not None and budget.type in {"usage", "use_by_attribute"}:
        if budget.used + 1 > budget.limit:
            return False
    elif budget is not None and budget.limit is not None and budget.used >= budget.limit:
        return False
    rules = [rule for rule in promotion.rules if totals is not None or not is_of_totals(rule)]
    facts = {**cart.facts, **(totals or {})}
    return all(holds(rule, facts, rule.attribute) for rule in rules)


COMPARE: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}


def holds(rule: Rule, facts: Mapping[str, Any], path: str) -> bool:
    found = _at(facts, path.split("."))
    if rule.operator == "ne":
        return not any(_same(value, wanted) for value in found for wanted in rule.values)
    if not found:
        return False
    if rule.operator == "in":
        return any(_same(value, wanted) for value in found for wanted in rule.values)
    if rule.operator == "eq":
        return all(any(_same(value, wanted) for wanted in rule.values) for value in found)
    return all(
        any(COMPARE[rule.operator](Fraction(value), Fraction(wanted)) for wanted in rule.values) for value in found
    )


def _same(value: object, wanted: str) -> bool:
    return value == Fraction(wanted) if isinstance(value, Fraction) else str(value) == wanted


def _at(facts: object, path: Sequence[str]) -> list[Any]:
    """Return the values at a path, through lists; null is none."""
    if facts is None:
        return []
    if isinstance(facts, list):
        return [value for each in facts for value in _at(each, path)]
    if not path:
        return [facts]
    return _at(facts.get(path[0]), path[1:]) if isinstance(facts, Mapping) else []
