"""How a worker dies without a process to kill: at the armed edge, and then it does nothing more.

An activity that dies fails, and Temporal runs it again as it does when a worker is gone; an API request that dies has
no answer. Either way nothing more of it is committed, not even by clean-up code that an exception would run and a
SIGKILL would not. What this does not show - sticky queues, heartbeats, the loss of a process's memory - the same cells
show with real processes (tests/faults/test_matrix.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from api.inbox import EDGE, Inbox
from durable.interceptor import Surround
from kit import failpoints
from kit.db import Database
from operations.receive_event import Received, receive_events
from tests.matrix.faults import CALL, LIFE, RUN, Call, Life, Run

T = TypeVar("T")


class KilledError(Exception):
    """The process is dead."""


Find = Callable[[str], Awaitable[Run | None]]


def hit(edge: str) -> None:
    """Stand in for kit.failpoints.hit: note the pass, and die where the cell wants it."""
    if edge not in failpoints.EDGES:
        raise KeyError(edge)
    call, _, moment = edge.partition("/")
    if call.startswith("provider."):
        CALL.set(Call(call.removeprefix("provider.")) if moment == "before" else None)
    run = RUN.get()
    if run is None or run.is_calm:
        return
    run.edges[edge] = run.edges.get(edge, 0) + 1
    if run.kills.get(edge) == run.edges[edge]:
        run.died.append(edge)
        die()


def die() -> None:
    """End the life of whoever runs this."""
    if (life := LIFE.get()) is not None:
        life.is_over = True
    raise KilledError


class Mortal(Surround):
    """What surrounds every activity, and whose cell it belongs to."""

    find: Find

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - its name there
        return _Mortal(super().intercept_activity(next), type(self).find)


class _Mortal(ActivityInboundInterceptor):
    def __init__(self, next_: ActivityInboundInterceptor, find: Find) -> None:
        super().__init__(next_)
        self._find = find

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - as the SDK declares it
        RUN.set(await self._find(activity.info().workflow_id or ""))
        LIFE.set(Life())
        CALL.set(None)
        return await super().execute_activity(input)


def install(patch: pytest.MonkeyPatch, find: Find) -> None:
    """Let processes die where their cells want it."""
    once = Database._once

    async def mortal(self: Database, work: Callable[[AsyncSession], Awaitable[T]], edge: str | None) -> T:
        if (life := LIFE.get()) is not None and life.is_over:
            raise KilledError
        return await once(self, work, edge)

    async def alone(self: Inbox, received: Received) -> None:
        """Store one webhook in its own commit: one that others wait for too would die with whoever began it."""
        await self._database.transact(partial(receive_events, received=[received]), EDGE)

    patch.setattr(Inbox, "store", alone)
    patch.setattr(Mortal, "find", staticmethod(find), raising=False)
    patch.setattr("durable.workers.Surround", Mortal)
    patch.setattr(Database, "_once", mortal)
    patch.setattr(failpoints, "hit", hit)
