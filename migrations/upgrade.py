"""Bring a database to the newest schema, safely beside running processes and other migrations."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from kit.db import asyncpg_url, sqlstate
from migrations.search import ensure_search_indexes

LOCK_KEY: Final = 4_287_116_053  # any number, the same in every release
LOCK_TIMEOUT: Final = "3s"  # a DDL statement that waits makes all traffic on its table wait behind it
ATTEMPTS: Final = 10


def config() -> Config:
    """Return Alembic's configuration; no ini file is needed, wherever the package lies."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    return settings


async def upgrade(url: str) -> bool:
    """Run every migration that is missing, one transaction each, then make the indexes of searches.

    A second migration at the same time waits for the first. A migration that meets a lock of running traffic
    gives way and tries again; DBAPIError after ten times. False when the server cannot index searches (kit/search).
    """
    engine = create_async_engine(
        asyncpg_url(url), poolclass=NullPool, connect_args={"server_settings": {"timezone": "UTC"}}
    )
    try:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with engine.connect() as connection:
                    return await connection.run_sync(_upgrade)
            except DBAPIError as error:
                if sqlstate(error) != "55P03" or attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(attempt)
    finally:
        await engine.dispose()
    raise AssertionError("unreachable")


def _upgrade(connection: Connection) -> bool:
    connection.execute(text("SET lock_timeout = 0"))
    connection.execute(text(f"SELECT pg_advisory_lock({LOCK_KEY})"))  # let go with the connection
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    return ensure_search_indexes(connection)
