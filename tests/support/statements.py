"""Count the statements that a piece of code sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from kit.db import Database


@contextmanager
def recorded_statements(database: Database) -> Iterator[list[str]]:
    """Yield a list that fills with the text of every statement sent while the block runs."""
    sent: list[str] = []

    def remember(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", remember)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", remember)
