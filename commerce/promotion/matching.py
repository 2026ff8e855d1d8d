"""Whether a rule holds: the values at a path of a cart, a line or a method against the rule's own (section 9)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from commerce.promotion.types import Facts, Rule, Target

COMPARED: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def values_at(facts: Facts, path: str) -> list[str]:
    """Return the plain values at a dotted `path`, as texts, through every list on the way; nulls are no values."""
    found: list[Any] = [facts]
    for name in path.split("."):
        found = [each.get(name) for each in _spread(found) if isinstance(each, Mapping)]
    return [_text(value) for value in _spread(found) if value is not None and not isinstance(value, Mapping)]


def holds(rule: Rule, facts: Facts, within: str = "") -> bool:
    """Tell whether `rule` holds; `within` is the part of its path that leads to `facts` themselves.

    `in`: any value is named. `eq`: all are. `ne`: none is. The others compare numbers, every value having to pass.
    Where there is no value nothing holds but `ne`.
    """
    values = values_at(facts, rule.attribute.removeprefix(within))
    if rule.operator == "ne":
        return not any(_named(value, rule.values) for value in values)
    if not values:
        return False
    if rule.operator == "in":
        return any(_named(value, rule.values) for value in values)
    if rule.operator == "eq":
        return all(_named(value, rule.values) for value in values)
    return all(_compares(rule.operator, value, rule.values) for value in values)


def matching(targets: Sequence[Target], rules: Sequence[Rule], within: str) -> list[Target]:
    """Return the targets that every rule holds for."""
    return [target for target in targets if all(holds(rule, target.facts, within) for rule in rules)]


def _spread(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _spread(value)
        else:
            yield value


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _named(value: str, names: Sequence[str]) -> bool:
    if value in names:
        return True
    number = _number(value)
    return number is not None and any(number == _number(name) for name in names)


def _compares(how: str, value: str, bounds: Sequence[str]) -> bool:
    compare, number = COMPARED.get(how), _number(value)
    if compare is None or number is None:
        return False
    numbers = [bound for bound in map(_number, bounds) if bound is not None]
    return any(compare(number, bound) for bound in numbers)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
