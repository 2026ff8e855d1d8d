"""The embedded servers answer, and die with whoever started them."""

from __future__ import annotations

from temporalio.client import Client

from kit.db import Database, value


async def test_a_test_gets_a_database_of_its_own(database: Database) -> None:
    async with database.reading() as connection:
        assert str(await value(connection, "SELECT current_database()")).startswith("test_")
        assert await value(connection, "SHOW fsync") == "off"
        assert str(await value(connection, "SHOW server_version")).startswith("18")


async def test_temporal_answers_a_count(temporal: str) -> None:
    client = await Client.connect(temporal)
    assert (await client.count_workflows("")).count >= 0
