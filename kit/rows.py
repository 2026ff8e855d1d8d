"""What a configuration room does to its rows: lock one, change what is given, delete softly."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Text, any_, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from kit import clock
from kit.db import save, worded
from kit.errors import CommerceError, about, not_found
from kit.inserts import insert_rows
from kit.metadata import merged
from kit.tables import Entity

E = TypeVar("E", bound=Entity)


@dataclass(frozen=True)
class Batch:
    """The ids that one batch created, changed and deleted, each in the order asked for."""

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


async def locked(session: AsyncSession, model: type[E], id_: str, *, called: str | None = None) -> E:
    """Return the row `id_`, locked until the transaction ends, so that two changes of it follow each other.

    The lock is the weaker one, since ids never change: rows that refer to this one may still be added meanwhile.
    Errors: `not_found` when it is not there or deleted, `called` being what the sentence calls it.
    """
    wanted = select(model).where(model.id == id_, model.deleted_at.is_(None)).with_for_update(key_share=True)
    row = (await session.scalars(wanted)).first()
    if row is None:
        raise _missing(model, called, id_)
    return row


async def keep(session: AsyncSession, model: type[Entity], *ids: str, called: str | None = None) -> None:
    """Keep rows as they are until the transaction ends, so that what is linked with them is not deleted meanwhile.

    Errors: `not_found` for the first that is not there or deleted, `called` being what the sentence calls it.
    """
    wanted = select(model.id).where(among(model.id, ids), model.deleted_at.is_(None)).order_by(model.id)
    found = set(await session.scalars(wanted.with_for_update(read=True))) if ids else set()
    for id_ in ids:
        if id_ not in found:
            raise _missing(model, called, id_)


def among(column: InstrumentedAttribute[str], ids: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `ids`, as one array: the statement's text is the same for any N."""
    return column == any_(literal(list(ids), ARRAY(Text)))


async def locked_all(
    session: AsyncSession, model: type[E], ids: Sequence[str], *scope: ColumnElement[bool]
) -> dict[str, E]:
    """Return the rows by id, in the order asked for, locked in the order of their ids: two batches never deadlock.

    Errors: `not_found` for the first that is not there, deleted, or outside of the `scope`.
    """
    live = among(model.id, ids), model.deleted_at.is_(None), *scope
    wanted = select(model).where(*live).order_by(model.id).with_for_update(key_share=True)
    found = {row.id: row for row in await session.scalars(wanted)} if ids else {}
    for id_ in ids:
        if id_ not in found:
            with about(id_):
                raise _missing(model, None, id_)
    return {id_: found[id_] for id_ in ids}


async def save_each(session: AsyncSession, rows: Sequence[Entity], elements: Sequence[int | str] | None = None) -> None:
    """Insert rows that come of a list's `elements` (each of one by default), so that a refusal can name its element.

    Errors: as `insert_rows`.
    """
    values = [vars(row) for row in rows]
    with _naming(zip(elements if elements is not None else range(len(rows)), values, strict=True)):
        await insert_rows(session, *rows)


@contextmanager
def _naming(rows: Iterable[tuple[int | str, Mapping[str, Any]]]) -> Iterator[None]:
    """Note on the refusal of a unique value which of `rows`, by element, would have had it."""
    try:
        yield
    except CommerceError as error:
        for element, values in rows:
            if error.keys and all(str(values.get(name)) == held for name, held in error.keys.items()):
                error.element = element
                break
        raise


async def change_all(
    session: AsyncSession, model: type[E], rows: Mapping[str, E], given: Mapping[str, Mapping[str, Any]]
) -> None:
    """Set the columns that are given for some of many locked rows, as `change` does for one, by one statement.

    Both are by id; `rows` themselves stay as they were read. Errors: `invalid_data` when a unique value is taken.
    """
    names = sorted({name for columns in given.values() for name in columns})
    changed = [_changed(rows[id_], columns, names) for id_, columns in given.items()]
    if changed:
        with _naming(given.items()), worded():
            await session.execute(update(model), changed)


def _changed(row: Entity, given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the values of a row's columns `names`: those given, or else what it has."""
    values: dict[str, Any] = {"id": row.id, "updated_at": clock.now()}
    for name in names:
        attribute = "metadata_" if name == "metadata" else name
        held = getattr(row, attribute)
        values[attribute] = given.get(name, held)
        if name == "metadata" and name in given:
            values[attribute] = merged(held, given[name])
    return values


def attributes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a body as the constructor of a model takes them: `metadata` is a name of SQLAlchemy's own."""
    return {"metadata_" if name == "metadata" else name: value for name, value in given.items()}


async def change(session: AsyncSession, row: Entity, given: Mapping[str, Any]) -> None:
    """Set the columns that are given and no others; metadata is merged (contract section 1).

    Errors: `invalid_data` when a unique value is taken.
    """
    for name, value in given.items():
        if name == "metadata":
            row.metadata_ = merged(row.metadata_, value)  # type: ignore[attr-defined]  # a key of its body, so a column
        else:
            setattr(row, name, value)
    row.updated_at = clock.now()
    await save(session, row)


async def retire(session: AsyncSession, model: type[Entity], *ids: str) -> list[str]:
    """Soft-delete rows and return the ids of those that were there; deleting again is no error (contract 1)."""
    gone = update(model).where(model.id.in_(ids), model.deleted_at.is_(None)).values(deleted_at=clock.now())
    return list(await session.scalars(gone.returning(model.id)))


def _missing(model: type[Entity], called: str | None, id_: str) -> CommerceError:
    name = called or model.__tablename__.replace("_", " ").capitalize()
    return not_found(f"{name} with id: {id_} was not found")
