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
JAVASCRIPT: Final = {Kind.NUMBER: "number", Kind.INTEGER: "number", Kind.BOOLEAN: "boolean"}


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
    values: list[object] = []
    groups = [tuple(_conditions(name, filters[name], value, values)) for name, value in asked]
    return Narrowing(tuple(groups), tuple(values))


def elements(name: str, kind: Kind, value: Value) -> list[str]:
    """Return the texts of a parameter that may be one text or a list; one list element may be a comma list.

    Errors: invalid_data for anything else, such as an operator object.
    """
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping) or not all(isinstance(each, str) for each in value):
        raise wrong_type(name, f"{JAVASCRIPT.get(kind, 'string')}, array", value)
    texts = [str(each) for each in value]
    return texts[0].split(",") if len(texts) == 1 else texts


def _conditions(name: str, filter_: Filter, value: Value, values: list[object]) -> Iterator[Condition]:
    """Yield the alternatives that one parameter means, and add what they compare with to `values`."""
    texts = elements(name, filter_.kind, value)
    kept = [each for each in texts if each != NULL or not filter_.nullable]
    if len(kept) < len(texts):
        yield Condition(filter_, Comparison.IS_NULL)
    if kept and isinstance(value, str):
        values.append(read_value(name, filter_.kind, value))
        yield Condition(filter_, Comparison.EQUALS)
    elif kept or not texts:
        values.append([read_value(name, filter_.kind, each) for each in kept])
        yield Condition(filter_, Comparison.ONE_OF)
