"""Which sessions are asked about because of webhooks, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from durable.inbox import keep_asking
from kit.db import Database, run
from operations.receive_event import ask_about_stored
from tests.support.durable import until

STORE = """
INSERT INTO provider_event (provider_id, event_id, kind, body, session_id, state, occurred_at, received_at)
VALUES ('pp_sandbox_sandbox', $1, 'x', '', $2, 'stored', now(), clock_timestamp())
"""
ASKED = """
SELECT data ->> 'session_id' FROM outbox_event
WHERE name = 'start.process-payment-workflow' AND status = 'pending' ORDER BY created_at, id
"""


class Inbox:
    """The rows of webhooks that wait."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def store(self, *ids: str) -> None:
        """Store events called `<session>_<number>`."""
        for id_ in ids:
            await self.database.transact(lambda s, id_=id_: run(s, STORE, id_, id_.partition("_")[0]))

    async def ask(self, at_once: int = 2) -> list[str]:
        """Ask, and return about whom; the relay takes it at once."""
        number = await self.database.transact(lambda s: ask_about_stored(s, at_once=at_once))
        asked = await self.asked()
        assert number == len(asked)
        await self.database.transact(lambda s: run(s, "UPDATE outbox_event SET status = 'sent'"))
        return sorted(asked)

    async def asked(self) -> list[str]:
        async with self.database.reading() as connection:
            return [row[0] for row in await run(connection, ASKED)]

    async def done(self, *ids: str) -> None:
        """Have the provider asked after these events came."""
        await self.change("UPDATE provider_event SET state = 'done' WHERE event_id = ANY($1)", list(ids))

    async def change(self, sql: str, *params: object) -> None:
        await self.database.transact(lambda s: run(s, sql, *params))


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


async def test_all_events_of_a_session_are_one_asking(inbox: Inbox) -> None:
    await inbox.store("a_1", "a_2", "b_1", "a_3")
    assert await inbox.ask() == ["a", "b"]
    assert await inbox.ask() == []


async def test_a_burst_waits_its_turn(inbox: Inbox) -> None:
    await inbox.store("a_1", "b_1", "c_1", "d_1")
    assert await inbox.ask(2) == ["a", "b"], "who came first"
    assert await inbox.ask(2) == []
    await inbox.done("a_1")
    assert await inbox.ask(2) == ["c"]
    await inbox.done("b_1", "c_1")
    assert await inbox.ask(2) == ["d"]


async def test_what_comes_while_its_session_is_asked_about_is_asked_about_after_the_answer(inbox: Inbox) -> None:
    await inbox.store("a_1")
    assert await inbox.ask() == ["a"]
    await inbox.store("a_2")
    assert await inbox.ask() == [], "the run may have looked before: attaching to it would not count"
    await inbox.done("a_1")
    assert await inbox.ask() == ["a"]


async def test_a_run_that_takes_long_keeps_nobody(inbox: Inbox) -> None:
    await inbox.store("a_1", "b_1")
    assert await inbox.ask(1) == ["a"]
    await inbox.change("UPDATE provider_event SET asked_at = now() - interval '11 seconds' WHERE event_id = 'a_1'")
    assert await inbox.ask(1) == ["b"], "the new one before the old one"
    assert await inbox.ask(1) == []
    await inbox.done("b_1")
    assert await inbox.ask(1) == ["a"], "its run may be lost"


async def test_it_is_asked_about_ever_more_slowly(inbox: Inbox) -> None:
    await inbox.store("a_1")
    old = (
        "UPDATE provider_event SET received_at = now() - interval '400 s', asked_at = now() - $1::int * interval '1 s'"
    )
    await inbox.change(old, 70)
    assert await inbox.ask() == []
    await inbox.change(old, 90)
    assert await inbox.ask() == ["a"]


@pytest.fixture
async def loop(inbox: Inbox) -> AsyncIterator[Inbox]:
    stop = asyncio.Event()
    asking = asyncio.create_task(keep_asking(inbox.database, 1, stop))
    yield inbox
    stop.set()
    await asking


async def test_the_loop_goes_on_as_runs_end(loop: Inbox) -> None:
    await loop.store("a_1", "b_1")
    await loop.change("SELECT pg_notify('inbox', '')")

    async def is_asked(name: str) -> bool:
        return name in await loop.asked()

    await until(lambda: is_asked("a"), "the first was asked about")
    assert not await is_asked("b")
    await loop.done("a_1")
    await until(lambda: is_asked("b"), "the second was asked about")


async def test_one_worker_asks_at_a_time(inbox: Inbox) -> None:
    """Two that count at a time would both fill what is free: whoever finds the other at it leaves it to them."""
    await inbox.store("a_1", "b_1", "c_1")
    stop = asyncio.Event()
    both = [asyncio.create_task(keep_asking(inbox.database, 1, stop)) for _ in range(2)]
    await until(inbox.asked, "one was asked about")
    stop.set()
    await asyncio.gather(*both)
    assert await inbox.asked() == ["a"]
