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


def is_search_index(index: object) -> bool:
    """Tell whether `index` is one of those that are made here."""
    return isinstance(index, Index) and index.info.get("extension") == EXTENSION


def ensure_search_indexes(connection: Connection) -> bool:
    """Make the extension and the indexes that are missing; False when the server has no such extension to give."""
    if not _has_extension(connection):
        return False
    for table in Base.metadata.sorted_tables:
        for index in filter(is_search_index, table.indexes):
            connection.execute(CreateIndex(index, if_not_exists=True))
            connection.commit()
    return True


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
