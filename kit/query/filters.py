"""Filters: what a route may be asked to narrow its rows by, and the conditions that come of it (contract section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from kit.query.columns import Kind, quoted
from kit.search import sought

Takes: TypeAlias = Literal["both", "one", "list"]


@dataclass(frozen=True)
class Filter:
    """One parameter that narrows the rows.

    `sql` is a condition over `{t}` in which `{matches}` stands for the comparison (`= $1`, `= ANY($1)`, `IS NULL`).
    With `nullable` the text `null` means NULL; with `operators` an operator object is taken too (`ops<...>` in the
    contract). `takes` says whether one value is taken (`T`), a list (`T[]`) or `both`; `values` are the only ones.
    """

    sql: str
    kind: Kind = Kind.TEXT
    nullable: bool = False
    operators: bool = False
    takes: Takes = "both"
    values: tuple[str, ...] = ()
    seeks: bool = False  # `q`: the text is looked for inside, whatever its case; the empty text narrows nothing


class Comparison(Enum):
    """How a condition compares; its value is the SQL that takes the place of `{matches}`, `{value}` being bound."""

    EQUALS = "= {value}::{type}"
    ONE_OF = "= ANY({value}::{type}[])"
    IS_NULL = "IS NULL"
    DIFFERS = "<> {value}::{type}"
    NONE_OF = "<> ALL({value}::{type}[])"
    IS_FILLED = "IS NOT NULL"
    ABOVE = "> {value}::{type}"
    AT_LEAST = ">= {value}::{type}"
    BELOW = "< {value}::{type}"
    AT_MOST = "<= {value}::{type}"
    LIKE = "LIKE {value}::text"
    ILIKE = "ILIKE {value}::text"
    MATCHES = "~ {value}::text"


@dataclass(frozen=True)
class Condition:
    """One comparison of a filter."""

    filter: Filter
    comparison: Comparison


@dataclass(frozen=True)
class Junction:
    """Terms of which all (`AND`) or one (`OR`) must hold."""

    word: Literal["AND", "OR"]
    terms: tuple[Term, ...]


Term: TypeAlias = "Condition | Junction"


@dataclass(frozen=True)
class Narrowing:
    """What a request narrows by: terms that must all hold. `values` are those of their conditions, in order."""

    terms: tuple[Term, ...] = ()
    values: tuple[object, ...] = ()


def plain(
    *columns: str,
    kind: Kind = Kind.TEXT,
    nullable: bool = False,
    takes: Takes = "both",
    values: tuple[str, ...] = (),
) -> dict[str, Filter]:
    """Return filters that compare columns of the same name with one value or several."""
    return {name: Filter(_column(name), kind, nullable, takes=takes, values=values) for name in columns}


def ops(*columns: str, kind: Kind = Kind.TEXT, nullable: bool = False) -> dict[str, Filter]:
    """Return filters on columns of the same name that take an operator object too: `created_at[$gte]=...`."""
    return {name: Filter(_column(name), kind, nullable, operators=True) for name in columns}


def seeking(table: str, key: str, searched: tuple[str, ...]) -> Filter:
    """Return the filter `q` over what is `searched`, as `Resource.search` declares it; `table` is where the rows are.

    The keys of what matches are gathered first, each kind from an index of its own, and nothing is moved out of that:
    alternatives that span tables would be tried on every row, and so would a text that PostgreSQL does not know when it
    makes a plan for all texts and takes it for a frequent one.
    """
    elsewhere = [each for each in searched if _is_select(each)]
    conditions = [each for each in searched if "{matches}" in each and each not in elsewhere]
    columns = [each for each in searched if each not in elsewhere and each not in conditions]
    here = [f"{sought('{t}', *columns)} {{matches}}"] if columns else []
    here = [each.replace("{t}", '"_sought"') for each in [*here, *conditions]]
    own = f'SELECT "_sought".{quoted(key)} FROM {table} "_sought" WHERE {" OR ".join(here)}' if here else ""
    found = " UNION ".join([*([own] if own else []), *elsewhere]) if elsewhere else f"{own} OFFSET 0"
    return Filter(f"{{t}}.{quoted(key)} IN ({found})", takes="one", seeks=True)


def _column(name: str) -> str:
    return f"{{t}}.{quoted(name)} {{matches}}"


def _is_select(searched: str) -> bool:
    return searched.lstrip().upper().startswith("SELECT")
