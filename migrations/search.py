"""The indexes of `q`: made after the migrations, where the server has the extension they need (docs/adr/0006)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Index, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex

from kit.db import sqlstate
from kit.search import EXTENSION
from migrations.models import Base

NOT_ALLOWED: Final = "42501"
PREFIX: Final = "search_"


def is_search_index(index: object) -> bool:
    """Tell whether `index`, of a model or of a database, is one of those that are made here."""
    return isinstance(index, Index) and str(index.name).startswith(PREFIX)


def ensure_search_indexes(connection: Connection) -> bool:
    """Make the extension and the indexes that are missing; False when the server has no such extension to give.

    An index says in its name what it is over: one over other columns than today's goes.
    """
    if not _has_extension(connection):
        return False
    wanted = {str(index.name): index for index in search_indexes()}
    made = "SELECT indexname FROM pg_indexes WHERE starts_with(indexname, :prefix)"
    found = set(connection.execute(text(made), {"prefix": PREFIX}).scalars())
    for name in sorted(found - wanted.keys()):
        connection.execute(text(f'DROP INDEX "{name}"'))
        connection.commit()
    for name in sorted(wanted.keys() - found):
        connection.execute(CreateIndex(wanted[name]))
        connection.commit()
    return True


def search_indexes() -> list[Index]:
    """Return the indexes that the models declare."""
    return [index for table in Base.metadata.sorted_tables for index in filter(is_search_index, table.indexes)]


def _has_extension(connection: Connection) -> bool:
    known = "SELECT installed_version IS NOT NULL FROM pg_available_extensions WHERE name = :name"
    installed = connection.execute(text(known), {"name": EXTENSION}).scalar()
    if installed is not False:  # None: not on this server
        return bool(installed)
    try:
        connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}"))
    except DBAPIError as error:
        connection.rollback()
        if sqlstate(error) != NOT_ALLOWED:
            raise
        return False
    connection.commit()
    return True
