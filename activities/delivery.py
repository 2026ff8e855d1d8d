"""Activities of the outbox: hand committed events to a subscriber."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from temporalio import activity

from durable.subscribers import Event, Subscriber, Subscribers
from kit.db import Database
from kit.discreet import said
from operations.deliver_event import Claimed, claim_delivery, mark_delivered, mark_failed

log = structlog.get_logger(__name__)

MOST_ATTEMPTS: Final = 5
DEADLINE: Final = 30.0  # seconds for one event; a subscriber that hangs must not hold the others of its batch


@dataclass(frozen=True)
class DeliverEvents:
    """Hand these events to one subscriber."""

    subscriber: str
    event_ids: list[str]


@dataclass(frozen=True)
class Delivered:
    """What became of the events that were not simply heard: `failed` may be tried again, `dead` may not."""

    delivered: int
    failed: list[str]
    dead: list[str]


class DeliveryActivities:
    """Hands events to the subscribers of this installation."""

    def __init__(self, database: Database, subscribers: Subscribers, *, deadline: float = DEADLINE) -> None:
        self._database = database
        self._subscribers = subscribers
        self._deadline = deadline

    @activity.defn(name="event.deliver")
    async def deliver(self, command: DeliverEvents) -> Delivered:
        """Hand over the events one by one; a failing one does not stop the others."""
        ends = {event_id: await self._deliver(event_id, command.subscriber) for event_id in command.event_ids}
        return Delivered(
            delivered=sum(end == "delivered" for end in ends.values()),
            failed=[event_id for event_id, end in ends.items() if end == "failed"],
            dead=[event_id for event_id, end in ends.items() if end == "dead"],
        )

    async def _deliver(self, event_id: str, name: str) -> str:
        claimed = await self._database.transact(lambda s: claim_delivery(s, event_id, name))
        if claimed is None:
            return "done before"
        subscriber = self._subscribers.get(name)
        if subscriber is None:
            return await self._failed(event_id, name, claimed, "This subscriber is not installed.")
        if claimed.attempt > MOST_ATTEMPTS:
            return await self._failed(event_id, name, claimed, "The worker ended each time it handed this event over.")
        try:
            await self._hand_over(subscriber, event_id, claimed)
        except Exception as error:  # noqa: BLE001 - a plugin's code may raise anything; it is noted and retried
            return await self._failed(event_id, name, claimed, said(error))
        await self._database.transact(lambda s: mark_delivered(s, event_id, name), "outbox.deliver")
        return "delivered"

    async def _hand_over(self, subscriber: Subscriber, event_id: str, claimed: Claimed) -> None:
        async with asyncio.timeout(self._deadline):
            await subscriber.hear(Event(event_id, claimed.name, claimed.data, claimed.created_at))

    async def _failed(self, event_id: str, name: str, claimed: Claimed, error: str) -> str:
        is_dead = claimed.attempt >= MOST_ATTEMPTS or self._subscribers.get(name) is None
        log.warning("delivery failed", event_id=event_id, subscriber=name, attempt=claimed.attempt, error=error)
        await self._database.transact(lambda s: mark_failed(s, event_id, name, error, is_dead=is_dead))
        return "dead" if is_dead else "failed"
