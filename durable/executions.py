"""Runs of workflows as the admin reads them: list, describe and history, never a query, which would replay the run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from ulid import ULID

from durable import ids
from durable.attention import MEMO
from durable.client import DOWN, RETRY_AFTER, Durable
from durable.queues import QUEUE_OF
from durable.steps import Step, first_json, steps_of
from kit.errors import not_found, unavailable

SAFE: Final = re.compile(r"[A-Za-z0-9_.:-]+")
PREFIX: Final = "wf_exec_"
AT_ONCE: Final = 8  # histories fetched side by side
STATES: Final[dict[WorkflowExecutionStatus, str]] = {
    WorkflowExecutionStatus.RUNNING: "invoking",
    WorkflowExecutionStatus.COMPLETED: "done",
    WorkflowExecutionStatus.CONTINUED_AS_NEW: "done",
    WorkflowExecutionStatus.CANCELED: "reverted",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.TERMINATED: "failed",
    WorkflowExecutionStatus.TIMED_OUT: "failed",
}
_STATUS_WORDS: Final = {
    WorkflowExecutionStatus.RUNNING: "Running",
    WorkflowExecutionStatus.COMPLETED: "Completed",
    WorkflowExecutionStatus.CONTINUED_AS_NEW: "ContinuedAsNew",
    WorkflowExecutionStatus.CANCELED: "Canceled",
    WorkflowExecutionStatus.FAILED: "Failed",
    WorkflowExecutionStatus.TERMINATED: "Terminated",
    WorkflowExecutionStatus.TIMED_OUT: "TimedOut",
}


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed by; None: not at all. `created` are pairs of an operator (`>=`) and a moment."""

    workflow_ids: Sequence[str] | None = None
    transaction_ids: Sequence[str] | None = None
    states: Sequence[str] | None = None
    created: Sequence[tuple[str, datetime]] = ()


@dataclass(frozen=True)
class Execution:
    """One run. `steps` and `input` (ids and small facts) are None where the history was not asked for."""

    id: str
    workflow_id: str
    transaction_id: str
    state: str
    run_id: str
    started_at: datetime
    ended_at: datetime | None
    attention: dict[str, Any] | None
    steps: tuple[Step, ...] | None
    input: dict[str, Any] | None


async def list_executions(
    durable: Durable, filters: Filters, *, limit: int, offset: int, is_oldest_first: bool = False, with_steps: bool
) -> tuple[list[Execution], int]:
    """Return one page and the number of all that match. Errors: `unavailable` when Temporal is down.

    Temporal's order is the newest first; the oldest first is read from its end.
    """
    query = _query(filters, durable.queues)
    if query is None:
        return [], 0
    async with _asking(durable) as client:
        count = (await client.count_workflows(query)).count
        first, last = offset, min(offset + limit, count)
        if is_oldest_first:
            first, last = max(count - offset - limit, 0), max(count - offset, 0)
        page = await _page(client, query, first, last)
        room = asyncio.Semaphore(AT_ONCE)

        async def read(found: WorkflowExecution) -> Execution:
            async with room:
                return await _execution(client, found, with_steps=with_steps)

        executions = list(await asyncio.gather(*map(read, page)))
    return (executions[::-1] if is_oldest_first else executions), count


async def find_execution(durable: Durable, id_: str) -> Execution:
    """Return the run of that id with its steps. Errors: `not_found`, `unavailable`."""
    try:
        run_id = str(ULID.from_str(id_.removeprefix(PREFIX)).to_uuid())
    except ValueError as error:
        raise _missing(id_) from error
    async with _asking(durable) as client:
        async for found in client.list_workflows(
            f"RunId = '{run_id}' AND {_OURS} AND {_in('TaskQueue', durable.queues)}", page_size=1
        ):
            return await _execution(client, found, with_steps=True)
    raise _missing(id_)


async def latest_execution(durable: Durable, workflow_id: str, transaction_id: str) -> Execution:
    """Return the last run of a workflow for one business fact with its steps. Errors: `not_found`, `unavailable`."""
    if workflow_id not in QUEUE_OF:
        raise _missing(f"{workflow_id}, {transaction_id}")
    async with _asking(durable) as client:
        try:
            found = await client.get_workflow_handle(ids.workflow_id(workflow_id, transaction_id)).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise _missing(f"{workflow_id}, {transaction_id}") from error
            raise
        return await _execution(client, found, with_steps=True)


@asynccontextmanager
async def _asking(durable: Durable) -> AsyncIterator[Client]:
    await durable.require_healthy()
    try:
        yield await durable.client()
    except RPCError as error:
        raise unavailable(DOWN, RETRY_AFTER) from error


async def _page(client: Client, query: str, first: int, last: int) -> list[WorkflowExecution]:
    if first >= last:
        return []
    found = client.list_workflows(query, page_size=min(last, 1000), limit=last)
    return [execution async for execution in found][first:]


async def _execution(client: Client, found: WorkflowExecution, *, with_steps: bool) -> Execution:
    name, business_id = ids.split(found.id)
    state = STATES.get(found.status or WorkflowExecutionStatus.RUNNING, "invoking")
    steps, argument = await _history(client, found) if with_steps else (None, None)
    return Execution(
        id=f"{PREFIX}{ULID.from_uuid(UUID(found.run_id))}",
        workflow_id=name,
        transaction_id=business_id,
        state=state,
        run_id=found.run_id,
        started_at=found.start_time,
        ended_at=found.close_time,
        attention=(await found.memo()).get(MEMO) if state == "invoking" else None,
        steps=steps,
        input=argument,
    )


async def _history(client: Client, found: WorkflowExecution) -> tuple[tuple[Step, ...], dict[str, Any]]:
    handle = client.get_workflow_handle(found.id, run_id=found.run_id)
    history, described = await asyncio.gather(handle.fetch_history(), handle.describe())
    steps = steps_of(history.events, described.raw_description.pending_activities)
    given = history.events[0].workflow_execution_started_event_attributes.input
    return tuple(steps), first_json(given)


_NAMES: Final = ", ".join(f"'{name}'" for name in sorted(QUEUE_OF))
_OURS: Final = f"WorkflowType IN ({_NAMES})"


def _query(filters: Filters, queues: Sequence[str]) -> str | None:
    """Return Temporal's query, or None when nothing can match it."""
    names = sorted(set(QUEUE_OF) & set(filters.workflow_ids)) if filters.workflow_ids is not None else sorted(QUEUE_OF)
    parts = [_in("WorkflowType", names), _in("TaskQueue", queues)]
    if filters.transaction_ids is not None:
        known = [f"{name}{ids.SEPARATOR}{id_}" for name in names for id_ in filters.transaction_ids]
        parts.append(_in("WorkflowId", known))
    if filters.states is not None:
        statuses = [_STATUS_WORDS[status] for status, state in STATES.items() if state in filters.states]
        parts.append(_in("ExecutionStatus", statuses))
    parts += [f"StartTime {operator} '{moment.isoformat()}'" for operator, moment in filters.created]
    return None if None in parts else " AND ".join(part for part in parts if part is not None)


def _in(name: str, values: Sequence[str]) -> str | None:
    safe = [value for value in values if SAFE.fullmatch(value)]  # no id of ours has other characters
    return f"{name} IN ({', '.join(map(repr, safe))})" if safe else None


def _missing(what: str) -> Exception:
    return not_found(f"Workflow execution with id: {what} was not found")
