"""What `q` looks through, and the PostgreSQL extension by whose indexes it does so; without it that is slow."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from kit import db
from kit.db import FAILURES, Database
from kit.errors import CommerceError

EXTENSION: Final = "pg_trgm"
PATIENCE: Final = 2  # seconds
MISSING: Final = (
    "This PostgreSQL has no pg_trgm: searches (`q`) read whole tables, which is slow in a big shop. "
    "Install it (Debian: postgresql-contrib), or let a superuser run CREATE EXTENSION pg_trgm; then `euryale migrate`."
)


def sought(row: str, *columns: str) -> str:
    """Return the SQL of the text that `q` looks through: the columns of `row`, a sign between them that nobody types.

    One expression, and so one look into one index, whatever the number of columns. A column that has a brace in it is
    SQL over `{t}`; without `row` the names stand alone, as in an index.
    """
    spelled = [_spelled(row, each) for each in columns]
    if len(spelled) == 1:
        return spelled[0]
    return "(" + " || chr(1) || ".join(f"coalesce({each}, '')" for each in spelled) + ")"


def _spelled(row: str, column: str) -> str:
    place = f"{row}." if row else ""
    return f"({column.replace('{t}.', place)})" if "{" in column else f'{place}"{column}"'


async def warn_if_slow(database: Database) -> None:
    """Log a warning when the extension is missing; a database that is away, or not there yet, stops nobody."""
    try:
        async with asyncio.timeout(PATIENCE), database.reading() as connection:
            found = await db.value(connection, "SELECT 1 FROM pg_extension WHERE extname = $1", EXTENSION)
    except (CommerceError, TimeoutError, *FAILURES) as error:
        structlog.get_logger().warning("the search extension was not looked for", reason=str(error))
        return
    if found is None:
        structlog.get_logger().warning(MISSING)
