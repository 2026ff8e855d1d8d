"""The PostgreSQL extension by whose indexes `q` is answered; without it a search reads whole tables."""

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
