"""Three workers in one process, kept alive while Temporal comes and goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from durable import queues
from durable.interceptor import Surround
from durable.keep import keep_running

# Imported once instead of once per run: a run costs 24 ms of CPU instead of 35. Workflow files themselves are not.
PASSED_THROUGH: Final = (
    "activities",
    "asyncpg",
    "commerce",
    "durable",
    "kit",
    "operations",
    "providers",
    "queries",
    "sqlalchemy",
    "structlog",
    "ulid",
    "workflows.desk",
    "workflows.options",
    "workflows.saga",
    "workflows.shield",
)

# The SDK's 10 s is what every run of a killed worker would wait before another worker is asked.
STICKY_TIMEOUT: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Crew:
    """What a worker process runs, as listed by hand: workflows by queue, and every activity on every queue."""

    workflows: Mapping[str, Sequence[type]]
    activities: Sequence[Callable[..., Any]]


def sandbox() -> SandboxedWorkflowRunner:
    """Return the sandbox in which workflows run, here and in the replay tests."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


def build_worker(client: Client, queue: str, crew: Crew, *, prefix: str = "", graceful: float = 0) -> Worker:
    """Return the worker of one queue; `graceful` in seconds is what a running provider call gets on shutdown."""
    return Worker(
        client,
        task_queue=queues.task_queue(queue, prefix),
        workflows=list(crew.workflows[queue]),
        activities=list(crew.activities),
        workflow_runner=sandbox(),
        interceptors=[Surround()],
        max_cached_workflows=queues.MAX_CACHED[queue],
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
        graceful_shutdown_timeout=timedelta(seconds=graceful),
    )


async def keep_working(
    name: str, make: Callable[[], Awaitable[Worker]], running: asyncio.Event, stop: asyncio.Event
) -> None:
    """Run the worker that `make` returns until `stop`, then let it drain; when it fails, run a new one."""

    async def work() -> None:
        worker = await make()
        running.set()
        await _run_until(worker, stop)

    await keep_running(name, work, stop)


async def _run_until(worker: Worker, stop: asyncio.Event) -> None:
    run = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({run, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not run.done():
            await worker.shutdown()
        await run
