"""What a configuration room does to its rows: lock one, change what is given, delete softly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.db import save
from kit.errors import CommerceError, not_found
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
    wanted = select(model.id).where(model.id.in_(ids), model.deleted_at.is_(None)).order_by(model.id)
    found = set(await session.scalars(wanted.with_for_update(read=True))) if ids else set()
    for id_ in ids:
        if id_ not in found:
            raise _missing(model, called, id_)


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
