"""deliver-events: committed events reach one subscriber; what keeps failing ends in the dead letters."""

from __future__ import annotations

from temporalio import workflow

from activities.delivery import Delivered, DeliverEvents, DeliveryActivities
from durable.types import DeliverEventsInput, DeliverEventsResult
from workflows import options


@workflow.defn(name="deliver-events")
class DeliverEventsWorkflow:
    """Hands a batch over; failing events are split out and tried again, each time later."""

    def __init__(self) -> None:
        self._delivered = 0
        self._dead: list[str] = []

    @workflow.run
    async def run(self, batch: DeliverEventsInput) -> DeliverEventsResult:
        """Deliver until every event is heard or a dead letter."""
        left = await self._deliver(batch.subscriber, batch.event_ids)
        tried = 1
        while left:
            await workflow.sleep(options.delivery_pause(tried))
            left = await self._deliver(batch.subscriber, left)
            tried += 1
        return DeliverEventsResult(self._delivered, self._dead)

    async def _deliver(self, subscriber: str, event_ids: list[str]) -> list[str]:
        end: Delivered = await workflow.execute_activity_method(
            DeliveryActivities.deliver, DeliverEvents(subscriber, event_ids), **options.DELIVER
        )
        self._delivered += end.delivered
        self._dead += end.dead
        return end.failed
