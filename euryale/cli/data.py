"""What the command line does to a database: create it, migrate it."""

from __future__ import annotations

import asyncpg

from migrations.version import is_newest


async def create_database(maintenance_url: str, name: str) -> None:
    """Create the database unless it is there."""
    connection = await asyncpg.connect(maintenance_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def migrate(database_url: str, *, hurried: bool = False) -> bool:
    """Bring the schema to the newest version; `hurried` only when a migration is missing.

    False when the server cannot index searches (kit/search).
    """
    if hurried and await is_newest(database_url):
        return True
    from migrations.upgrade import upgrade  # noqa: PLC0415 - a second of CPU for Alembic and every table

    return await upgrade(database_url)
