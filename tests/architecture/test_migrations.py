"""The migrations make exactly what the models describe, the indexes of searches where the server can."""

from __future__ import annotations

import importlib
import pkgutil
from uuid import uuid4

import asyncpg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, make_url
from structlog.testing import capture_logs

import queries
from kit import logs
from kit.changes import MARK
from kit.db import Database, run
from kit.query import Fragment, Resource
from kit.search import MISSING, warn_if_slow
from kit.tables import trigram_index
from migrations.models import Base
from migrations.search import is_search_index, search_indexes
from migrations.upgrade import upgrade
from tests.support.servers import at


def differences(connection: Connection) -> list[object]:
    ours = {"include_object": lambda thing, *_: not is_search_index(thing)}
    return list(compare_metadata(MigrationContext.configure(connection, opts=ours), Base.metadata))


async def test_models_and_migrations_agree(database: Database) -> None:
    async with database.engine.connect() as connection:
        found = await connection.run_sync(differences)
    assert not found, f"write a migration: {found}"


async def test_the_indexes_of_searches_are_those_of_the_models(database: Database) -> None:
    async with database.reading() as connection:
        found = {row.indexname for row in await run(connection, "SELECT indexname FROM pg_indexes")}
    meant = {str(index.name) for index in search_indexes()}
    assert {name for name in found if name.startswith("search_")} == meant


def test_what_is_searched_is_what_is_indexed() -> None:
    """A list that looks through other columns than the index of its table reads the whole table."""
    slow = []
    for name, resource in resources().items():
        own = [each for each in resource.search if "{matches}" not in each]
        table = None if isinstance(resource.source, Fragment) else resource.rows.strip('"')
        indexes = [index for index in search_indexes() if index.table is not None and index.table.name == table]
        if own and indexes and trigram_index(str(table), *own).name != indexes[0].name:
            slow.append(name)
    assert not slow


def resources() -> dict[str, Resource]:
    modules = [importlib.import_module(f"queries.{module.name}") for module in pkgutil.iter_modules(queries.__path__)]
    found = {f"{module.__name__}.{name}": each for module in modules for name, each in vars(module).items()}
    return {name: each for name, each in found.items() if isinstance(each, Resource)}


NOTING = """
SELECT c.relname, array_agg(a.attname::text) FILTER (WHERE a.attname IS NOT NULL) AS columns
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
LEFT JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = ANY(t.tgattr)
WHERE t.tgname = 'note_change' GROUP BY 1
"""


async def test_the_tables_whose_changes_are_noted_have_their_triggers(database: Database) -> None:
    """A count that is kept without them would be wrong for ever."""
    async with database.reading() as connection:
        found = {row.relname: set(row.columns or ()) for row in await run(connection, NOTING)}
    meant = {name: set(table.info[MARK]) for name, table in Base.metadata.tables.items() if MARK in table.info}
    assert found == meant


SCHEMA = "GRANT ALL ON SCHEMA public TO {role}"


async def test_a_server_that_gives_no_extension_is_migrated_all_the_same(postgres_url: str) -> None:
    """Then searches are slow, which is said, until the extension is there and the migration has run again."""
    role = database = f"poor_{uuid4().hex}"
    superuser = await asyncpg.connect(postgres_url)
    await superuser.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    await superuser.execute(f"CREATE DATABASE {database}")
    inside = await asyncpg.connect(at(postgres_url, database))
    try:
        await inside.execute(SCHEMA.format(role=role))
        url = make_url(at(postgres_url, database)).set(username=role, password="secret")
        poor = url.render_as_string(hide_password=False)
        assert await upgrade(poor) is False
        assert await inside.fetchval("SELECT count(*) FROM product") == 0
        assert await told(poor) == [MISSING]
        await inside.execute("CREATE EXTENSION pg_trgm")
        assert await upgrade(poor) is True
        found = {row["indexname"] for row in await inside.fetch("SELECT indexname FROM pg_indexes")}
        assert {str(index.name) for index in search_indexes()} <= found
        assert await told(poor) == []
    finally:
        await inside.close()
        await superuser.execute(f"DROP DATABASE {database} WITH (FORCE)")
        await superuser.execute(f"DROP ROLE {role}")
        await superuser.close()


async def told(url: str) -> list[str]:
    """Return what the start of the API says about searches."""
    logs.configure("WARNING")
    database = Database(url, pool_size=1)
    with capture_logs() as lines:
        await warn_if_slow(database)
    await database.close()
    return [entry["event"] for entry in lines]
