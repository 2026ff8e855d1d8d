"""Many new rows at once: one statement of one text, whatever their number, without the unit of work."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
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


async def insert_all(session: AsyncSession, *rows: DeclarativeBase) -> None:
    """Insert new rows, those of one model by one statement, and give them their defaults.

    They do not become part of the session: a change of one afterwards is not written, so it is for rows that nobody
    changes again in this transaction. Errors: as kit/db's `worded`; TypeError for a column that only the server fills
    in some of the rows.
    """
    await session.flush()  # what they refer to may still be waiting
    kinds: dict[type[DeclarativeBase], list[DeclarativeBase]] = {}
    for row in rows:
        kinds.setdefault(type(row), []).append(row)
    for model, those in kinds.items():
        values = {column: _values(column, those) for column in _columns(model)}
        given = tuple(column for column, found in values.items() if found is not None)
        with worded():
            await run(session, _statement(model, given), *(values[column] for column in given))


def _values(column: _Column, rows: Sequence[DeclarativeBase]) -> list[Any] | None:
    """Return the values of a column, None when the server is to give all of them."""
    held = [vars(row) for row in rows]
    is_set = [column.attribute in each for each in held]
    if column.is_given_by_server and column.default is None and not all(is_set):
        if any(is_set):
            raise TypeError(f"{column.name} is given in some rows only")
        return None
    for row, each in zip(rows, held, strict=True):
        if column.attribute not in each:
            set_committed_value(row, column.attribute, column.default() if column.default else None)
    found = [each[column.attribute] for each in held]
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
