"""Alembic's entry: migrates over the caller's connection, or over DATABASE_URL from Alembic's command line."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from kit.db import asyncpg_url
from kit.settings import Settings
from migrations.models import Base
from migrations.search import is_search_index


def migrate(connection: Connection) -> None:
    """Run the migrations, each in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        include_object=lambda thing, *_: not is_search_index(thing),
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_from_settings() -> None:
    """Connect by the environment's DATABASE_URL and migrate."""
    engine = create_async_engine(asyncpg_url(Settings().database_url))
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif connection := context.config.attributes.get("connection"):
    migrate(connection)
else:
    asyncio.run(migrate_from_settings())
