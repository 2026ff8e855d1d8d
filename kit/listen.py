"""LISTEN: be woken by a commit instead of asking all the time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from kit.db import Database


class Bell:
    """Rings when somebody notifies the channel; one ring for many notifications."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.is_cut = False

    def ring(self, *_: object) -> None:
        """Wake whoever waits."""
        self._rung.set()

    def cut(self, *_: object) -> None:
        """Note that the connection is gone, and wake whoever waits."""
        self.is_cut = True
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Wait for a ring, at most so long. ConnectionError when no ring can come any more."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()
        if self.is_cut:
            raise ConnectionError("the connection that listens was lost")


@asynccontextmanager
async def listening(database: Database, channel: str) -> AsyncIterator[Bell]:
    """Yield a bell that rings at each NOTIFY on `channel`, over a connection of its own."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url, timeout=5)
    bell = Bell()
    connection.add_termination_listener(bell.cut)
    try:
        await connection.add_listener(channel, bell.ring)
        yield bell
    finally:
        connection.remove_termination_listener(bell.cut)
        await connection.close(timeout=2)
