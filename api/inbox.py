"""Webhooks on their way into the inbox: those that come together are stored together, over one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

from kit.db import Database
from kit.errors import CommerceError
from operations.receive_event import Received, receive_events

MOST: Final = 100  # stored by one commit
EDGE: Final = "payment.receive_event"


class Inbox:
    """Stores what was verified; one commit at a time, so that a burst takes one connection from the shoppers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Received, asyncio.Future[None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def store(self, received: Received) -> None:
        """Return once the event is committed, now or before. Errors: as `Database.transact`; it may be repeated."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((received, stored))
        if self._work is None:
            self._work = asyncio.create_task(self._store_waiting())
        await stored

    async def _store_waiting(self) -> None:
        try:
            while batch := self._waiting[:MOST]:
                del self._waiting[:MOST]
                await self._store(batch)
        finally:
            self._work = None

    async def _store(self, batch: Sequence[tuple[Received, asyncio.Future[None]]]) -> None:
        work = partial(receive_events, received=[received for received, _ in batch])
        try:
            await self._database.transact(work, EDGE)
        except Exception as error:  # noqa: BLE001 - whoever waits for the event hears of it
            if len(batch) > 1 and not isinstance(error, CommerceError):
                for each in batch:  # PostgreSQL will not have one of them: the others must not suffer for it
                    await self._store([each])
                return
            for _, stored in batch:
                if not stored.done():
                    stored.set_exception(error)
            return
        for _, stored in batch:
            if not stored.done():  # its caller may be gone
                stored.set_result(None)
