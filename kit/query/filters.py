"""Filters: what a route may be asked to narrow its rows by, and the values they come with (contract section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kit.query.columns import Kind, quoted
from kit.query.parameters import Value
from kit.query.refusals import wrong_type
from kit.query.values import read_value

NULL: Final = "null"


@dataclass(frozen=True)
class Filter:
    """One parameter that narrows the rows.

    `sql` is a condition over `{t}` in which `{matches}` stands for the comparison (`= $1`, `= ANY($1)`, `IS NULL`).
    With `nullable` the text `null` means NULL.
    """

    sql: str
    kind: Kind = Kind.TEXT
    nullable: bool = False


class Comparison(Enum):
    """How a condition compares; its value is the SQL that takes the place of `{matches}`, `{value}` being bound."""

    EQUALS = "= {value}::{type}"
    ONE_OF = "= ANY({value}::{type}[])"
    IS_NULL = "IS NULL"


@dataclass(frozen=True)
class Condition:
    """One comparison of a filter; conditions in one group are alternatives of each other."""

    filter: Filter
    comparison: Comparison


@dataclass(frozen=True)
class Narrowing:
    """What a request narrows by: groups that must all hold. `values` are those of the conditions, in order."""

    groups: tuple[tuple[Condition, ...], ...] = ()
    values: tuple[object, ...] = ()


def plain(*columns: str, kind: Kind = Kind.TEXT, nullable: bool = False) -> dict[str, Filter]:
    """Return filters that compare columns of the same name."""
    return {name: Filter(f"{{t}}.{quoted(name)} {{matches}}", kind, nullable) for name in columns}


def narrow(filters: Mapping[str, Filter], asked: Sequence[tuple[str, Value]]) -> Narrowing:
    """Return the conditions that the parameters `asked` for mean.

    Errors: invalid_data for a value of the wrong type, or an operator object on a plain filter.
    """
    groups = []
    values: list[object] = []
    for name, value in asked:
        group = tuple(_conditions(name, filters[name], value, values))
        groups.append(group)
    return Narrowing(tuple(groups), tuple(values))


def _conditions(name: str, filter_: Filter, value: Value, values: list[object]) -> Iterator[Condition]:
    if isinstance(value, str):
        if value == NULL and filter_.nullable:
            yield Condition(filter_, Comparison.IS_NULL)
        else:
            values.append(read_value(name, filter_.kind, value))
            yield Condition(filter_, Comparison.EQUALS)
        return
    if isinstance(value, Mapping) or not all(isinstance(each, str) for each in value):
        raise wrong_type(name, f"{_javascript(filter_.kind)}, array", value)
    texts = [str(each) for each in value]
    if len(texts) == 1:
        texts = texts[0].split(",")  # a single array element may be a list of its own
    if filter_.nullable and NULL in texts:
        yield Condition(filter_, Comparison.IS_NULL)
        texts = [each for each in texts if each != NULL]
    values.append([read_value(name, filter_.kind, each) for each in texts])
    yield Condition(filter_, Comparison.ONE_OF)


def _javascript(kind: Kind) -> str:
    return {Kind.NUMBER: "number", Kind.INTEGER: "number", Kind.BOOLEAN: "boolean"}.get(kind, "string")
