"""Many new rows at once: one statement of one text, whatever their number, without the unit of work."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Numeric, Text, inspect
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.attributes import set_committed_value

from kit.db import run, worded

_KINDS: Final = {Text: "text", BigInteger: "bigint", Numeric: "numeric", Boolean: "boolean", TIMESTAMP: "timestamptz"}


@dataclass(frozen=True)
class _Column:
    """A column of a table: the attribute of its model, and where its value comes from when nobody gave one."""

    attribute: str
    name: str
    type: str
    is_json: bool
    default: Callable[[], Any] | None
    is_given_by_server: bool


async def insert_all(session: AsyncSession, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows by their attributes, by one statement; what is left out has its default.

    Errors: as kit/db's `worded`; TypeError for a column that only the server fills, in some of the rows.
    """
    if not rows:
        return
    await session.flush()  # what they refer to may still be waiting
    values = {column: _values(column, rows) for column in _columns(model)}
    given = tuple(column for column, found in values.items() if found is not None)
    with worded():
        await run(session, _statement(model, given), *(values[column] for column in given))


async def insert_rows(session: AsyncSession, *rows: DeclarativeBase) -> None:
    """Insert new objects of one model by one statement, and give them their defaults.

    They do not become part of the session: a change of one afterwards is not written, so it is for rows that nobody
    changes again in this transaction. Errors: as `insert_all`.
    """
    for row in rows:
        for column in _columns(type(row)):
            if column.default is not None and column.attribute not in vars(row):
                set_committed_value(row, column.attribute, column.default())
    if rows:
        await insert_all(session, type(rows[0]), [vars(row) for row in rows])


def _values(column: _Column, rows: Sequence[Mapping[str, Any]]) -> list[Any] | None:
    """Return the values of a column, None when the server is to give all of them."""
    default, name = column.default, column.attribute
    if column.is_given_by_server and default is None and not all(name in row for row in rows):
        if any(name in row for row in rows):
            raise TypeError(f"{column.name} is given in some rows only")
        return None
    if default is not None:
        found = [row[name] if name in row else default() for row in rows]
    else:
        found = [row.get(name) for row in rows]
    return [None if each is None else json.dumps(each) for each in found] if column.is_json else found


@lru_cache
def _columns(model: type[DeclarativeBase]) -> tuple[_Column, ...]:
    found = []
    for attribute in inspect(model).column_attrs:
        column = attribute.columns[0]
        if not isinstance(column, Column):
            raise TypeError(f"{model.__name__}.{attribute.key} is no column")
        is_json = isinstance(column.type, JSONB)
        found.append(
            _Column(
                attribute=attribute.key,
                name=column.name,
                type="text" if is_json else _KINDS[type(column.type)],
                is_json=is_json,
                default=_default(column.default),
                is_given_by_server=column.server_default is not None or column.identity is not None,
            )
        )
    return tuple(found)


def _default(default: Any) -> Callable[[], Any] | None:  # noqa: ANN401 - SQLAlchemy's kinds of defaults
    if default is None:
        return None
    if default.is_clause_element or default.is_sequence:
        raise TypeError("a default that is SQL belongs to the server")
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


@lru_cache
def _statement(model: type[DeclarativeBase], columns: tuple[_Column, ...]) -> str:
    names = ", ".join(f'"{column.name}"' for column in columns)
    read = ", ".join(f'r."{column.name}"{"::jsonb" if column.is_json else ""}' for column in columns)
    arrays = ", ".join(f"${number}::{column.type}[]" for number, column in enumerate(columns, 1))
    # Nothing of it is a caller's: names and types of our own columns.
    return f'INSERT INTO "{model.__tablename__}" ({names}) SELECT {read} FROM unnest({arrays}) AS r({names})'  # noqa: S608
