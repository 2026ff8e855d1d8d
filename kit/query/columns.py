"""Published names: what they are in SQL and how they are printed as JSON (recipes.md is their source of speed)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sqlalchemy import Boolean, Integer, Numeric, Table
from sqlalchemy.dialects.postgresql import JSON, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import JSON as GENERIC_JSON
from sqlalchemy.types import DateTime, TypeEngine

RAW: Final = "raw_"


class Kind(Enum):
    """What a value is; the value of the member is its PostgreSQL type."""

    TEXT = "text"
    MOMENT = "timestamptz"
    NUMBER = "numeric"
    INTEGER = "bigint"
    BOOLEAN = "boolean"
    JSON = "jsonb"


@dataclass(frozen=True)
class Column:
    """One published name.

    `sql` is an expression over `{t}` (the row), the resource's `joins` by their name in braces, and parameters as
    `:name`, cast wherever PostgreSQL cannot tell their type. With `star` it is one of the columns that `*` means.
    """

    sql: str
    kind: Kind = Kind.TEXT
    star: bool = True

    def printed(self) -> str:
        """Return the expression whose JSON form is the contract's: ISO dates with milliseconds, trimmed numbers."""
        if self.kind is Kind.MOMENT:
            return f"""to_char({self.sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
        if self.kind is Kind.NUMBER:
            return f"trim_scale({self.sql})"
        return self.sql


def computed(sql: str, kind: Kind = Kind.JSON, *, star: bool = False) -> Column:
    """Return a name that is no column: compiled only when the selection asks for it, or with `star` for all."""
    return Column(f"({sql})", kind, star)


def inside(column: str, *names: str, star: bool = False) -> dict[str, Column]:
    """Return `names` that are keys of the jsonb `column` (stored totals); a key that is not there reads null."""
    return {name: Column(f"({{t}}.{quoted(column)}->'{name}')", Kind.JSON, star) for name in names}


def raw(column: Column) -> Column:
    """Return the `raw_` twin of an amount, a number or one inside jsonb, as `raw` of kit/decimals makes it.

    20 significant digits as text (contract section 6); only what has more is rounded, since counting digits is slow.
    """
    amount = f"({column.sql} #>> '{{}}')::numeric" if column.kind is Kind.JSON else column.sql
    places = f"20 - CASE WHEN abs({amount}) >= 1 THEN length(trunc(abs({amount}))::text) ELSE 0 END"
    digits = (
        f"CASE WHEN abs({amount}) < 1e10 AND min_scale({amount}) <= 10 THEN {amount} ELSE round({amount}, {places}) END"
    )
    twin = f"json_build_object('value', trim_scale({digits})::text, 'precision', 20)"
    return Column(f"CASE WHEN {amount} IS NOT NULL THEN {twin} END", Kind.JSON, column.star)


def columns_of(source: type[DeclarativeBase] | Table) -> dict[str, Column]:
    """Return the columns of a model or table under their names in the database."""
    columns = source.columns if isinstance(source, Table) else source.__table__.columns
    return {column.name: Column(f"{{t}}.{quoted(column.name)}", _kind(column.type)) for column in columns}


def with_twins(columns: Mapping[str, Column], twins: tuple[str, ...]) -> dict[str, Column]:
    """Return `columns` and the `raw_` twin of each of `twins`."""
    return {**columns, **{RAW + name: raw(columns[name]) for name in twins}}


def quoted(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _kind(type_: TypeEngine[object]) -> Kind:
    if isinstance(type_, (TIMESTAMP, DateTime)):
        return Kind.MOMENT
    if isinstance(type_, Integer):
        return Kind.INTEGER
    if isinstance(type_, Numeric):
        return Kind.NUMBER
    if isinstance(type_, Boolean):
        return Kind.BOOLEAN
    if isinstance(type_, (JSON, GENERIC_JSON)):
        return Kind.JSON
    return Kind.TEXT
