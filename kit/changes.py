"""Which tables' changes are noted, so that a count need not be counted again while nothing changed (docs/adr/0007)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Base

MARK: Final = "noted"


class TableChange(Base):
    """One transaction that changed a table, written by a trigger; rows older than a minute go when later ones come.

    Which of them a statement sees says which changes it sees: equal rows, equal contents. Two states that were
    minutes apart are told apart since a row is only taken away by a transaction that adds its own.
    """

    __tablename__ = "table_change"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    txid: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))


def noted(*columns: str) -> dict[str, Any]:
    """Return what stands last in the `__table_args__` of a table whose changes are noted.

    With `columns` only changes of those and of whole rows are: for tables that change all the time in others.
    """
    return {"info": {MARK: columns}}


def noted_columns(table: str) -> tuple[str, ...] | None:
    """Return the columns whose changes are noted, none for all; None when the table's changes are not noted."""
    known = Base.metadata.tables.get(table)
    return None if known is None else known.info.get(MARK)
