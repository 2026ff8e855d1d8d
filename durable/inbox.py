"""The inbox loop: events of providers become runs, so many at once, and the next ones as those end."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from durable.keep import asleep, keep_running
from kit.db import Database, value
from kit.listen import listening
from operations.receive_event import ask_about_stored

POLL: Final = 2.0  # seconds; a notification may be lost with its connection, a row is not
GATHER: Final = 0.1  # seconds between a notification and the look: what comes together is asked about together
LOCK_KEY: Final = 4_287_116_055  # any number but those of the sweep and the migrations; the same in every release


async def keep_asking(database: Database, at_once: int, stop: asyncio.Event) -> None:
    """Ask about sessions whose provider told something, at most `at_once` at any moment, until `stop` is set."""

    async def work() -> None:
        async with listening(database, "inbox") as bell:
            while not stop.is_set():
                await database.transact(partial(_alone, at_once=at_once))
                await bell.wait(POLL)
                await asleep(GATHER, stop)

    await keep_running("inbox", work, stop)


async def _alone(session: AsyncSession, at_once: int) -> None:
    """Ask, unless another worker does just now: two that count at a time would both fill what is free."""
    if await value(session, "SELECT pg_try_advisory_xact_lock($1)", LOCK_KEY):
        await ask_about_stored(session, at_once=at_once)
