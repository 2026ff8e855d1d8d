"""Webhooks that come together are stored together, and nobody is answered before the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from api.inbox import Inbox
from commerce.payment.events import ProviderEvent
from kit.db import Database, run
from kit.errors import CommerceError, unavailable
from operations.receive_event import Received
from tests.support.statements import recorded_statements

AT = datetime(2026, 1, 1, tzinfo=UTC)


def received(id_: str) -> Received:
    return Received("pp_sandbox_sandbox", ProviderEvent(id=id_, kind="intent.captured", at=AT, reference="i"), b"{}")


async def stored(database: Database) -> list[str]:
    async with database.reading() as connection:
        return [row[0] for row in await run(connection, "SELECT event_id FROM provider_event ORDER BY event_id")]


class Slow:
    """A database whose commits wait until they may."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.began, self.may = asyncio.Event(), asyncio.Event()
        self.commits = 0

    async def transact(self, work: Callable[..., Awaitable[Any]], edge: str | None = None) -> Any:  # noqa: ANN401
        self.began.set()
        self.commits += 1
        await self.may.wait()
        return await self._database.transact(work, edge)


async def test_those_that_come_together_are_one_statement(database: Database) -> None:
    inbox = Inbox(database)
    with recorded_statements(database) as sent:
        await asyncio.gather(*[inbox.store(received(f"evt_{number:02}")) for number in range(40)])
    assert len(sent) == 1
    assert await stored(database) == [f"evt_{number:02}" for number in range(40)]


async def test_those_that_come_meanwhile_are_next(database: Database) -> None:
    slow: Any = Slow(database)
    inbox = Inbox(slow)
    first = asyncio.create_task(inbox.store(received("evt_a")))
    await slow.began.wait()
    others = [asyncio.create_task(inbox.store(received(f"evt_{name}"))) for name in "bcd"]
    slow.may.set()
    await asyncio.gather(first, *others)
    assert slow.commits == 2
    assert await stored(database) == ["evt_a", "evt_b", "evt_c", "evt_d"]


async def test_p09_nobody_is_answered_before_the_commit(database: Database) -> None:
    slow: Any = Slow(database)
    storing = asyncio.create_task(Inbox(slow).store(received("evt_a")))
    await slow.began.wait()
    await asyncio.sleep(0)
    assert not storing.done()
    assert await stored(database) == []
    slow.may.set()
    await storing
    assert await stored(database) == ["evt_a"]


async def test_p09_mutation_whoever_answers_first_has_nothing_to_go_by(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def later(_: Inbox, batch: list[Any]) -> None:
        for _received, told in batch:
            told.set_result(None)

    monkeypatch.setattr(Inbox, "_store", later)
    await Inbox(database).store(received("evt_a"))
    assert await stored(database) == []


async def test_one_that_cannot_be_stored_does_not_keep_the_others(database: Database) -> None:
    inbox = Inbox(database)
    bad = received("evt_\x00")
    storing = [inbox.store(each) for each in (received("evt_a"), bad, received("evt_b"))]
    answers = await asyncio.gather(*storing, return_exceptions=True)
    assert [type(answer) for answer in answers][::2] == [type(None)] * 2
    assert isinstance(answers[1], Exception)
    assert await stored(database) == ["evt_a", "evt_b"]


async def test_everybody_hears_that_the_database_is_away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    async def away(*_: object) -> None:
        tries.append(1)
        raise unavailable("away", 2)

    with monkeypatch.context() as patched:
        patched.setattr(database, "transact", away)
        inbox = Inbox(database)
        storing = [inbox.store(received(f"evt_{number}")) for number in range(3)]
        answers = await asyncio.gather(*storing, return_exceptions=True)
    assert all(isinstance(answer, CommerceError) for answer in answers)
    assert len(tries) == 1, "not each of them once more"
    await inbox.store(received("evt_after"))
    assert await stored(database) == ["evt_after"]


async def test_a_caller_who_is_gone_keeps_nobody(database: Database) -> None:
    slow: Any = Slow(database)
    inbox = Inbox(slow)
    gone, stays = (asyncio.create_task(inbox.store(received(f"evt_{name}"))) for name in ("gone", "stays"))
    await slow.began.wait()
    gone.cancel()
    slow.may.set()
    await stays
    assert await stored(database) == ["evt_gone", "evt_stays"]


async def test_twice_in_one_commit_is_once(database: Database) -> None:
    inbox = Inbox(database)
    await asyncio.gather(*[inbox.store(received("evt_a")) for _ in range(3)])
    assert await stored(database) == ["evt_a"]
    async with database.reading() as connection:
        told = await run(connection, "SELECT data FROM outbox_event WHERE name = 'payment.webhook_received'")
    assert [row[0] for row in told] == [{"provider": "pp_sandbox_sandbox", "id": "evt_a", "kind": "intent.captured"}]
