"""What the tests of workflows share: a worker like the shop's, fake steps, and waiting for a park."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowHandle

from durable.attention import MEMO, Answer
from durable.client import connect
from durable.queues import BACKGROUND, CHECKOUT, MONEY
from durable.search_attributes import ensure_search_attributes
from durable.workers import Crew, build_worker

# Failing steps are what these tests are about: their tracebacks would drown a true failure.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


class Steps:
    """Fake activities with memory: `script[name]` are the answers in turn, the last one for ever."""

    def __init__(self, **script: Sequence[Any]) -> None:
        self.script = {name.replace("_", "-"): list(answers) for name, answers in script.items()}
        self.ran: list[str] = []

    def activities(self) -> list[Callable[..., Any]]:
        return [self._fake(name) for name in self.script]

    def _fake(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def fake() -> str:
            self.ran.append(name)
            answers = self.script[name]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, BaseException):
                raise answer
            if callable(answer):
                return str(await answer())
            return str(answer)

        return fake


@asynccontextmanager
async def shop_worker(
    address: str, workflows: Sequence[type], activities: Sequence[Callable[..., Any]]
) -> AsyncIterator[tuple[Client, str]]:
    """Run the background queue's worker with these workflows; yields a client and the task queue's name."""
    client = await connect(address, "default")
    await ensure_search_attributes(client)
    prefix = f"{uuid4().hex}-"
    crew = Crew({CHECKOUT: (), MONEY: (), BACKGROUND: tuple(workflows)}, activities)
    worker = build_worker(client, BACKGROUND, crew, prefix=prefix)
    async with worker:
        yield client, f"{prefix}{BACKGROUND}"


async def until(holds: Callable[[], Awaitable[Any]], what: str) -> Any:  # noqa: ANN401 - whatever was waited for
    """Ask again and again until the answer is truthy, and return it; the test's own time-out ends it."""
    for _ in range(9000):
        if found := await holds():
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"never: {what}")


async def parked(handle: WorkflowHandle[Any, Any]) -> dict[str, Any]:
    """Wait until the run waits for a person and return its notice."""

    async def notice() -> Any:  # noqa: ANN401 - JSON
        return (await (await handle.describe()).memo()).get(MEMO)

    found: dict[str, Any] = await until(notice, "parked")
    return found


async def answer(handle: WorkflowHandle[Any, Any], action: str, note: str | None = None) -> None:
    await handle.execute_update("resolve", Answer(action, note))  # type: ignore[arg-type] # refused ones are tried too
