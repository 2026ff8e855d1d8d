"""Every workflow, by the queue it runs on; listed by hand, compared with what is defined by a test."""

from __future__ import annotations

from typing import Final

from durable.queues import BACKGROUND, CHECKOUT, MONEY
from workflows.deliver_events import DeliverEventsWorkflow

WORKFLOWS: Final[dict[str, tuple[type, ...]]] = {
    CHECKOUT: (),
    MONEY: (),
    BACKGROUND: (DeliverEventsWorkflow,),
}
