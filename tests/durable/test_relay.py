"""The relay: a row is marked only after its starts were acknowledged, and a bad row does not hold the others."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus

from durable.client import Durable
from durable.event_file import EventFile
from durable.relay import Relay
from durable.subscribers import Event, Subscriber, Subscribers, subscriber
from kit import clock
from kit.db import Database, run, value
from kit.errors import CommerceError
from kit.outbox import emit
from operations.outbox import purge_outbox, redeliver_lost
from tests.support.durable import until


@subscriber("order.placed", "order.canceled", name="mailer")
async def mailer(_: Event) -> None:
    """Hear nothing: these tests look at the starts alone."""


@subscriber("order.placed", name="stock")
async def stock(_: Event) -> None:
    """Hear nothing."""


@pytest.fixture
def durable(temporal: str) -> Durable:
    return Durable(temporal, queue_prefix=f"{uuid4().hex}-")


@pytest.fixture
def relay(database: Database, durable: Durable) -> Relay:
    return Relay(database, durable, Subscribers([mailer, stock]))


async def write(database: Database, *events: tuple[str, dict[str, str]]) -> None:
    await database.transact(lambda s: emit(s, *events))


async def statuses(database: Database) -> dict[str, str]:
    async with database.reading() as connection:
        return {row.name: row.status for row in await run(connection, "SELECT name, status FROM outbox_event")}


async def sent(database: Database, name: str) -> None:
    async def is_sent() -> bool:
        return (await statuses(database)).get(name) == "sent"

    await until(is_sent, f"{name} is marked")


async def started(durable: Durable, database: Database) -> dict[str, list[str]]:
    """Return the events of every delivery workflow of these events, by subscriber."""
    client = await durable.client()
    async with database.reading() as connection:
        ours = {row.id for row in await run(connection, "SELECT id FROM outbox_event")}
    found: dict[str, list[str]] = {}
    async for execution in client.list_workflows("WorkflowType = 'deliver-events'"):
        history = await client.get_workflow_handle(execution.id).fetch_history()
        first = history.events[0].workflow_execution_started_event_attributes
        [batch] = await client.data_converter.decode(list(first.input.payloads))
        if set(batch["event_ids"]) & ours:
            found[batch["subscriber"]] = batch["event_ids"]
    return found


async def test_a_start_row_starts_its_workflow_and_is_marked(
    relay: Relay, durable: Durable, database: Database
) -> None:
    session_id = f"payses_{uuid4().hex}"
    await write(database, ("start.resolve-session", {"session_id": session_id}))
    assert await relay.drain() == 1
    handle = (await durable.client()).get_workflow_handle(f"resolve-session:{session_id}")
    described = await handle.describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    assert described.task_queue.endswith("-money")
    assert await statuses(database) == {"start.resolve-session": "sent"}
    await write(database, ("start.resolve-session", {"session_id": session_id}))
    assert await relay.drain() == 1
    assert (await handle.describe()).run_id == described.run_id, "attached to the open run"


async def test_one_delivery_per_subscriber_and_none_for_what_nobody_hears(
    relay: Relay, durable: Durable, database: Database
) -> None:
    await write(database, ("order.placed", {"id": "order_1"}), ("order.canceled", {"id": "order_2"}), ("cart.x", {}))
    assert await relay.drain() == 3
    assert set((await statuses(database)).values()) == {"sent"}

    async def both() -> dict[str, list[str]]:  # the list lags
        found = await started(durable, database)
        return found if len(found) == 2 else {}

    batches = await until(both, "two deliveries are listed")
    assert {name: len(ids) for name, ids in batches.items()} == {"mailer": 2, "stock": 1}


async def test_more_than_a_batch(relay: Relay, database: Database) -> None:
    await write(database, *[("order.placed", {"id": str(n)}) for n in range(205)])
    assert await relay.drain() == 205
    assert await relay.drain() == 0


async def test_nothing_is_marked_while_temporal_is_away(database: Database) -> None:
    away = Relay(database, Durable("127.0.0.1:9"), Subscribers([mailer]))
    await write(database, ("order.placed", {"id": "order_1"}))
    with pytest.raises(CommerceError):
        await away.drain()
    assert await statuses(database) == {"order.placed": "pending"}


async def test_a_row_that_cannot_start_does_not_hold_the_others(relay: Relay, database: Database) -> None:
    await write(database, ("start.unheard-of", {"id": "1"}), ("order.placed", {"id": "order_1"}))
    with pytest.raises(KeyError):
        await relay.drain()
    assert await statuses(database) == {"start.unheard-of": "pending", "order.placed": "sent"}


async def test_two_relays_share_the_rows(relay: Relay, durable: Durable, database: Database) -> None:
    await write(database, *[("order.placed", {"id": str(n)}) for n in range(150)])
    other = Relay(database, durable, Subscribers([mailer, stock]))
    assert sum(await asyncio.gather(relay.drain(), other.drain())) == 150


async def test_a_file_hears_every_event_but_no_start(durable: Durable, database: Database, tmp_path: Path) -> None:
    relay = Relay(database, durable, Subscribers([]), EventFile(tmp_path / "events.jsonl"))
    await write(database, ("start.unheard-of", {"id": "1"}), ("order.placed", {"id": "order_1"}))
    with pytest.raises(KeyError):
        await relay.drain()
    await write(database, ("order.canceled", {"id": "order_1"}))
    with pytest.raises(KeyError):
        await relay.drain()
    told = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert told == [{"name": f"order.{what}", "data": {"id": "order_1"}} for what in ("placed", "canceled")]


async def test_a_commit_wakes_the_relay(relay: Relay, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("durable.relay.POLL", 60.0)
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    try:
        for n in range(3):  # not only the first drain at its start
            await write(database, (f"nobody.hears-{n}", {}))
            await sent(database, f"nobody.hears-{n}")
    finally:
        stop.set()
        await write(database, ("bell", {}))
        await running


async def test_the_relay_outlives_its_connection(
    relay: Relay, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("durable.relay.POLL", 0.1)
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    try:
        for n in range(2):
            await write(database, (f"nobody.hears-{n}", {}))
            await sent(database, f"nobody.hears-{n}")
            async with database.reading() as connection:
                await run(
                    connection,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND query LIKE 'LISTEN%'",
                )
    finally:
        stop.set()
        await running


async def test_old_rows_are_purged_but_not_what_waits(
    relay: Relay, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_week_ago = clock.now() - timedelta(days=8)
    with monkeypatch.context() as then:
        then.setattr("kit.clock.now", lambda: a_week_ago)
        await write(database, ("cart.x", {}), ("order.placed", {}))
        await relay.drain()
    await database.transact(lambda s: run(s, "UPDATE delivery SET status = 'dead' WHERE subscriber = 'mailer'"))
    assert await database.transact(purge_outbox) == 1
    assert await statuses(database) == {"order.placed": "sent"}
    await database.transact(lambda s: run(s, "UPDATE delivery SET status = 'delivered'"))
    assert await database.transact(purge_outbox) == 1
    async with database.reading() as connection:
        assert await value(connection, "SELECT count(*) FROM delivery") == 0


async def test_p26_a_delivery_whose_run_is_lost_is_started_again(
    relay: Relay, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker serves this queue, so the started runs are as good as lost."""
    await write(database, ("order.placed", {}))
    await relay.drain()
    await database.transact(lambda s: run(s, "UPDATE delivery SET status = 'delivered' WHERE subscriber = 'stock'"))
    assert await database.transact(redeliver_lost) == 0, "a run that pauses between two tries is not lost"
    later = clock.now() + timedelta(minutes=21)
    monkeypatch.setattr("kit.clock.now", lambda: later)
    assert await database.transact(redeliver_lost) == 1
    assert await database.transact(redeliver_lost) == 0, "asked once, not at every sweep"
    assert await statuses(database) == {"order.placed": "pending"}
    await relay.drain()
    assert await statuses(database) == {"order.placed": "sent"}
    async with database.reading() as connection:
        rows = await run(connection, "SELECT subscriber, status FROM delivery ORDER BY 1")
    assert [tuple(row) for row in rows] == [("mailer", "pending"), ("stock", "delivered")]


def test_two_subscribers_of_one_name_are_refused() -> None:
    twin = Subscriber("mailer", frozenset(), mailer.hear)
    with pytest.raises(ValueError, match="mailer"):
        Subscribers([mailer, twin])
