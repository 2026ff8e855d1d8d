"""One scenario per branch of each workflow; `record.py` runs them once and keeps their histories."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from temporalio.client import WorkflowHandle

from activities.delivery import Delivered
from durable.types import DeliverEventsInput

Drive = Callable[[WorkflowHandle[Any, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """A workflow's start, and what its activities say in turn (the last answer for ever); an exception is raised.

    `drive` is what people and callers do meanwhile; a run that it leaves open is recorded as it stands.
    """

    workflow: str
    argument: object
    says: dict[str, list[Any]] = field(default_factory=dict)
    drive: Drive | None = None


BATCH = DeliverEventsInput("mailer:1", "mailer", ["evt_1", "evt_2"])

SCENARIOS: dict[str, Scenario] = {
    "deliver-events.heard": Scenario("deliver-events", BATCH, {"event.deliver": [Delivered(2, [], [])]}),
    "deliver-events.failed-once": Scenario(
        "deliver-events", BATCH, {"event.deliver": [Delivered(1, ["evt_2"], []), Delivered(1, [], [])]}
    ),
    "deliver-events.dead": Scenario(
        "deliver-events", BATCH, {"event.deliver": [Delivered(1, ["evt_2"], []), Delivered(0, [], ["evt_2"])]}
    ),
}
