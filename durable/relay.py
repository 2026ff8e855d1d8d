"""The outbox relay: committed rows become workflows, and a row is marked only after its starts were acknowledged."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from durable import ids
from durable.client import Durable
from durable.event_file import EventFile
from durable.keep import asleep, keep_running
from durable.subscribers import Subscribers
from durable.types import DeliverEventsInput
from kit.db import Database
from kit.listen import Bell, listening
from operations.deliver_event import expect_delivery
from operations.outbox import Pending, claim_pending, mark_sent

BATCH: Final = 100
POLL: Final = 1.0  # seconds; a notification may be lost with its connection, a row is not
GATHER: Final = 0.1  # seconds between a notification and the look: a burst of commits is one batch, not one each
START: Final = "start."


@dataclass(frozen=True)
class _Relayed:
    acknowledged: list[str]
    failure: BaseException | None


class Relay:
    """Hands the outbox to Temporal; any number of relays may run. `file`, where there is one, hears every event."""

    def __init__(
        self, database: Database, durable: Durable, subscribers: Subscribers, file: EventFile | None = None
    ) -> None:
        self._database = database
        self._durable = durable
        self._subscribers = subscribers
        self._file = file

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set, whatever goes away meanwhile."""

        async def listen() -> None:
            async with listening(self._database, "outbox") as bell:
                while not stop.is_set():
                    await self.drain()
                    await self._rest(bell, stop)

        await keep_running("outbox relay", listen, stop)

    async def drain(self) -> int:
        """Hand over everything that is pending and return how many rows that were.

        Errors: what a start failed with; its rows stay pending, those of the acknowledged starts are marked.
        """
        relayed = 0
        while True:
            done = await self._database.transact(self._relay, "outbox.mark")
            relayed += len(done.acknowledged)
            if done.failure is not None:
                raise done.failure
            if len(done.acknowledged) < BATCH:
                return relayed

    async def _relay(self, session: AsyncSession) -> _Relayed:
        rows = await claim_pending(session, BATCH)
        starts = [row for row in rows if row.name.startswith(START)]
        events = [row for row in rows if not row.name.startswith(START)]
        batches = self._batches(events)
        if starts or batches:
            await self._durable.require_healthy()  # the rows are locked: no long wait for a server that is away
        asked = [([row.id], self._start(row)) for row in starts]
        asked += [(batch.event_ids, self._deliver(batch)) for batch in batches]
        answers = await asyncio.gather(*(work for _, work in asked), return_exceptions=True)
        failed = {id_ for (ids_, _), answer in zip(asked, answers, strict=True) if answer is not None for id_ in ids_}
        acknowledged = [row.id for row in rows if row.id not in failed]
        if self._file is not None:
            self._file.append(event for event in events if event.id not in failed)
        await mark_sent(session, acknowledged)
        for batch in batches:
            await expect_delivery(session, [id_ for id_ in batch.event_ids if id_ not in failed], batch.subscriber)
        return _Relayed(acknowledged, next((answer for answer in answers if answer is not None), None))

    async def _start(self, row: Pending) -> None:
        name = row.name.removeprefix(START)
        await self._durable.start(name, row.data[ids.BUSINESS_ID[name]], row.data)

    async def _deliver(self, batch: DeliverEventsInput) -> None:
        await self._durable.start("deliver-events", batch.batch_id, batch)

    def _batches(self, events: Sequence[Pending]) -> list[DeliverEventsInput]:
        """One batch per subscriber; an event that nobody hears is in none."""
        heard: dict[str, list[str]] = {}
        for event in events:
            for subscriber in self._subscribers.of(event.name):
                heard.setdefault(subscriber, []).append(event.id)
        return [DeliverEventsInput(_batch_id(name, ids_), name, ids_) for name, ids_ in heard.items()]

    async def _rest(self, bell: Bell, stop: asyncio.Event) -> None:
        if not stop.is_set():
            await bell.wait(POLL)
            await asleep(GATHER, stop)


def _batch_id(subscriber: str, event_ids: Sequence[str]) -> str:
    """Name exactly this set.

    After a crash the rows may come in other batches; attaching to a run that lacks some of them would lose those.
    """
    return f"{subscriber}:{hashlib.sha256(' '.join(event_ids).encode()).hexdigest()[:24]}"
