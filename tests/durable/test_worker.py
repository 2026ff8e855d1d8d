"""The worker process: it starts without Temporal, outlives it and PostgreSQL, and drains when it is told to stop."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from durable.attention import SEARCH_ATTRIBUTES
from durable.client import Durable, connect
from durable.search_attributes import ensure_search_attributes, keep_search_attributes
from euryale.embedded.temporal import Temporal
from kit.db import Database
from kit.outbox import emit
from tests.support.durable import until
from tests.support.worker_process import WorkerProcess, worker_process

NAMES = {key.name for key in SEARCH_ATTRIBUTES}


async def test_search_attributes_are_ensured_again_after_a_lost_store(tmp_path: Path) -> None:
    server, stop = Temporal(), asyncio.Event()
    kept = asyncio.create_task(keep_search_attributes(Durable(server.address), stop))  # nobody listens yet
    try:
        for _ in range(2):  # the server is in memory: the second one knows nothing
            process = await asyncio.to_thread(server.start, tmp_path / "temporal.log")

            client = await connect(server.address, "default")
            await until(partial(knows_all, client), "registered")
            assert await ensure_search_attributes(client) == [], "harmless to repeat"
            await asyncio.to_thread(server.stop, process)
    finally:
        stop.set()
        await kept


async def knows_all(client: Client) -> bool:
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    return set(listed.custom_attributes) >= NAMES


async def hears(worker: WorkerProcess, database: Database) -> None:
    """Prove that relay, queue and activities work: an event reaches the plugin's subscriber."""
    order_id = f"order_{uuid4().hex}"
    await database.transact(lambda s: emit(s, ("order.placed", {"id": order_id})))

    async def heard() -> bool:
        worker.assert_alive()
        return order_id in {each for _, each in worker.events_heard()}

    await until(heard, "the event is heard")


@pytest.mark.faults
async def test_it_outlives_temporal_and_postgresql(tmp_path: Path, database_url: str, database: Database) -> None:
    server = Temporal()
    with worker_process(tmp_path, database_url, server.address, "") as worker:
        worker.start()

        async def has_complained() -> bool:
            worker.assert_alive()
            return "trying again" in worker.log.read_text()

        await until(has_complained, "it says that Temporal is away")
        assert not worker.ready.exists()
        for _ in range(2):  # the second server knows nothing of the first
            process = await asyncio.to_thread(server.start, tmp_path / "temporal.log")
            await until(worker.is_ready, "ready")
            await hears(worker, database)
            await asyncio.to_thread(server.stop, process)
        process = await asyncio.to_thread(server.start, tmp_path / "temporal.log")
        await database.engine.dispose()
        await cut_connections(database_url)
        await hears(worker, database)
        assert await worker.stop() == 0
        await asyncio.to_thread(server.stop, process)
    complaints = [line for line in worker.log.read_text().splitlines() if "trying again" in line]
    assert len(complaints) < 40, "an outage must not fill the log"


@pytest.mark.faults
async def test_it_stops_while_temporal_is_away(tmp_path: Path, database_url: str) -> None:
    server = Temporal()
    process = await asyncio.to_thread(server.start, tmp_path / "temporal.log")
    with worker_process(tmp_path, database_url, server.address, "") as worker:
        worker.start()
        await until(worker.is_ready, "ready")
        await asyncio.to_thread(server.stop, process)
        assert await worker.stop() == 0


async def cut_connections(database_url: str) -> None:
    """End every other connection to this database, as a restart of PostgreSQL does."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
