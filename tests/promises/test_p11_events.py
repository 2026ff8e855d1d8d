"""Promise 11: events are committed facts; kills lose none, a consumer can dedupe, a poisonous one can be replayed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from activities.delivery import MOST_ATTEMPTS, DeliverEvents, DeliveryActivities
from durable.client import Durable, connect
from durable.queues import BACKGROUND, CHECKOUT, MONEY
from durable.relay import Relay
from durable.search_attributes import ensure_search_attributes
from durable.subscribers import Event, Subscribers, subscriber
from durable.workers import Crew, build_worker
from kit.db import Database, run, value
from kit.errors import CommerceError
from kit.outbox import emit
from operations.deliver_event import Claimed, claim_delivery
from operations.replay_dead_letter import replay_dead_letter
from tests.support.durable import until
from tests.support.worker_process import worker_process
from workflows.registry import WORKFLOWS

EDGES = [
    f"outbox.{name}/{moment}" for name in ("mark", "deliver") for moment in ("before", "before-commit", "after-commit")
]


async def place(session: AsyncSession, order_id: str, **more: object) -> str:
    """Commit the fact that an order was placed, as the checkout does; returns the event's id."""
    await emit(session, ("order.placed", {"id": order_id, **more}))
    id_: str = await value(session, "SELECT id FROM outbox_event WHERE data ->> 'id' = $1", order_id)
    return id_


async def delivered(database: Database) -> set[str]:
    async with database.reading() as connection:
        rows = await run(connection, "SELECT event_id FROM delivery WHERE status = 'delivered'")
    return {row.event_id for row in rows}


@pytest.mark.faults
@pytest.mark.timeout(300)
async def test_p11_kills_at_every_edge_lose_nothing(
    tmp_path: Path, database_url: str, database: Database, temporal: str
) -> None:
    """Between the start's acknowledgement and the mark, and between hearing and its note: twice at most, never lost."""
    committed: dict[str, str] = {}
    with worker_process(tmp_path, database_url, temporal, f"{uuid4().hex}-") as worker:
        for edge in EDGES:
            worker.failpoints.write_text(edge)
            worker.start()
            committed[await database.transact(lambda s, edge=edge: place(s, f"order-{edge}"))] = f"order-{edge}"
            with pytest.raises(ValueError, match="rolled back"):
                await database.transact(rolled_back)
            assert await until(worker.died, f"killed at {edge}") == -9
        worker.failpoints.unlink(missing_ok=True)
        worker.start()

        async def all_delivered() -> bool:
            worker.assert_alive()
            return await delivered(database) == set(committed)

        await until(all_delivered, "every committed event is delivered")
        assert await worker.stop() == 0
    heard = worker.events_heard()
    assert dict(heard) == committed, "each committed event, and no other, under one id"
    assert max(sum(id_ == other for other, _ in heard) for id_ in committed) <= len(EDGES)


async def rolled_back(session: AsyncSession) -> None:
    await place(session, "never-placed")
    raise ValueError("rolled back")


class Shop:
    """A relay and a background worker in this process, with a subscriber that remembers."""

    def __init__(self, database: Database, relay: Relay) -> None:
        self.database = database
        self.relay = relay
        self.heard: list[str] = []
        self.poisoned = True

    async def dead(self) -> list[tuple[str, str, int]]:
        async with self.database.reading() as connection:
            sql = "SELECT event_id, error, attempts FROM delivery WHERE status = 'dead'"
            return [(row.event_id, row.error, row.attempts) for row in await run(connection, sql)]


@pytest.fixture
async def shop(database: Database, temporal: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    monkeypatch.setattr("workflows.options.DELIVERY_PAUSES", (timedelta(milliseconds=10),))
    prefix = f"{uuid4().hex}-"

    @subscriber("order.placed", name="remembering")
    async def hear(event: Event) -> None:
        if event.data.get("poison") and made.poisoned:
            raise ValueError("cannot stomach this")
        made.heard.append(str(event.data["id"]))

    subscribers = Subscribers([hear])
    made = Shop(database, Relay(database, Durable(temporal, queue_prefix=prefix), subscribers))
    client = await connect(temporal, "default")
    await ensure_search_attributes(client)
    crew = Crew({**WORKFLOWS, CHECKOUT: (), MONEY: ()}, [DeliveryActivities(database, subscribers).deliver])
    async with build_worker(client, BACKGROUND, crew, prefix=prefix):
        yield made


async def test_p11_a_poisonous_event_is_split_out_and_can_be_replayed(shop: Shop) -> None:
    poison = await shop.database.transact(lambda s: place(s, "order-1", poison=True))
    for n in range(2, 5):
        await shop.database.transact(lambda s, n=n: place(s, f"order-{n}"))
    await shop.relay.drain()

    async def is_dead() -> bool:
        return bool(await shop.dead())

    await until(is_dead, "the poisonous event is a dead letter")
    assert sorted(shop.heard) == ["order-2", "order-3", "order-4"], "the others of its batch went on"
    assert await shop.dead() == [(poison, "ValueError: cannot stomach this", MOST_ATTEMPTS)]

    shop.poisoned = False
    await shop.database.transact(lambda s: replay_dead_letter(s, poison, "remembering"))
    assert await shop.relay.drain() == 1

    async def is_heard() -> bool:
        return poison in await delivered(shop.database)

    await until(is_heard, "the replayed event is delivered")
    assert shop.heard.count("order-1") == 1
    with pytest.raises(CommerceError, match="no dead letter"):
        await shop.database.transact(lambda s: replay_dead_letter(s, poison, "remembering"))


async def hear_two_batches(database: Database) -> list[str]:
    """Hand an event over in two batches, as happens after a crash of the relay; returns what was heard."""
    heard: list[str] = []

    @subscriber("order.placed", name="remembering")
    async def hear(event: Event) -> None:
        heard.append(event.id)

    id_ = await database.transact(lambda s: place(s, "order-1"))
    delivery = DeliveryActivities(database, Subscribers([hear]))
    for _ in range(2):
        await delivery.deliver(DeliverEvents("remembering", [id_]))
    return heard


async def test_p11_a_delivery_that_was_noted_is_not_repeated(database: Database) -> None:
    assert len(await hear_two_batches(database)) == 1


async def test_p11_mutation_an_unconditional_claim_repeats_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard `status = 'pending'` and the unique row are what holds the promise above."""

    async def unguarded(session: AsyncSession, event_id: str, name: str) -> Claimed | None:
        await run(session, "UPDATE delivery SET status = 'pending'")
        return await claim_delivery(session, event_id, name)

    monkeypatch.setattr("activities.delivery.claim_delivery", unguarded)
    assert len(await hear_two_batches(database)) == 2


async def test_p11_an_event_that_kills_its_worker_ends_in_the_dead_letters(database: Database) -> None:
    """Attempts are counted before they are made: each of these claims stands for a process that died."""

    @subscriber("order.placed", name="remembering")
    async def hear(_: Event) -> None:
        raise AssertionError("not once more")

    id_ = await database.transact(lambda s: place(s, "order-1"))
    for _ in range(MOST_ATTEMPTS):
        await database.transact(lambda s: claim_delivery(s, id_, "remembering"))
    end = await DeliveryActivities(database, Subscribers([hear])).deliver(DeliverEvents("remembering", [id_]))
    assert end.dead == [id_]


async def test_p11_a_subscriber_that_hangs_is_left(database: Database) -> None:
    @subscriber("order.placed", name="remembering")
    async def hear(_: Event) -> None:
        await asyncio.sleep(60)

    id_ = await database.transact(lambda s: place(s, "order-1"))
    delivery = DeliveryActivities(database, Subscribers([hear]), deadline=0.05)
    assert (await delivery.deliver(DeliverEvents("remembering", [id_]))).failed == [id_]


async def test_p11_a_subscriber_that_is_gone_leaves_a_dead_letter(database: Database) -> None:
    id_ = await database.transact(lambda s: place(s, "order-1"))
    end = await DeliveryActivities(database, Subscribers([])).deliver(DeliverEvents("removed", [id_]))
    assert end.dead == [id_]
