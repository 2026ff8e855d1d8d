"""Every workflow, by the queue it runs on; listed by hand, compared with what is defined by a test."""

from __future__ import annotations

from typing import Final

from durable.queues import BACKGROUND, CHECKOUT, MONEY
from workflows.complete_cart import CompleteCartWorkflow
from workflows.deliver_events import DeliverEventsWorkflow
from workflows.release_session import ReleaseSessionWorkflow
from workflows.resolve_session import ResolveSessionWorkflow

WORKFLOWS: Final[dict[str, tuple[type, ...]]] = {
    CHECKOUT: (CompleteCartWorkflow,),
    MONEY: (ReleaseSessionWorkflow, ResolveSessionWorkflow),
    BACKGROUND: (DeliverEventsWorkflow,),
}
