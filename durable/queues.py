"""Task queues: three, so that one kind of work never starves another."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

CHECKOUT: Final = "checkout"
MONEY: Final = "money"
BACKGROUND: Final = "background"

# Cached runs per worker: a parked run costs about 141 kB, a run that is not cached is replayed at its next event.
MAX_CACHED: Final = {CHECKOUT: 1000, MONEY: 100, BACKGROUND: 300}

QUEUE_OF: Final = {
    "authorize-payment-session": MONEY,
    "cancel-payment": MONEY,
    "capture-payment-workflow": MONEY,
    "complete-cart": CHECKOUT,
    "deliver-events": BACKGROUND,
    "expire-authorisations": MONEY,
    "process-payment-workflow": MONEY,
    "reconcile-payments": BACKGROUND,
    "refund-payment-workflow": MONEY,
    "release-session": MONEY,
    "resolve-session": MONEY,
}

# A dead worker's step runs again only after this time; the default of 10 s is what a shopper would wait.
TASK_TIMEOUT: Final = timedelta(seconds=3)


def task_queue(queue: str, prefix: str) -> str:
    """Return the queue's name at the server; KeyError for a queue that no worker serves."""
    if queue not in MAX_CACHED:
        raise KeyError(queue)
    return f"{prefix}{queue}"


def queue_of(workflow: str, prefix: str) -> str:
    """Return the task queue of a workflow by its registered name; KeyError for an unknown workflow."""
    return task_queue(QUEUE_OF[workflow], prefix)
