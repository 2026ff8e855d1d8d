"""Reach a workflow from anywhere: start it, attach to it, wait for its answer, but never longer than told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode

from durable import ids, queues
from durable.errors import as_commerce_error
from kit.errors import conflict, unavailable

T = TypeVar("T")
Search = Mapping[SearchAttributeKey[str], str]

CONNECT_TIMEOUT: Final = timedelta(seconds=5)
HEALTH_TIMEOUT: Final = timedelta(seconds=1)
RETRY_AFTER: Final = 5
DOWN: Final = "This cannot be processed at the moment; nothing was changed. Try again in a few seconds."
UNDECIDED: Final = "This is still being processed. Try again in a few seconds to learn how it ended."


@dataclass(frozen=True)
class Run:
    """A workflow's run to attach to."""

    workflow_id: str
    run_id: str | None = None


@dataclass(frozen=True)
class Question(Generic[T]):
    """An update of a workflow: its name, its argument, the type of its answer, and how long to wait, in seconds.

    `undecided` is what the caller hears when no answer came in time.
    """

    update: str
    argument: object
    result_type: type[T]
    within: float
    undecided: str = UNDECIDED


async def connect(address: str, namespace: str) -> Client:
    """Return a connected client; RuntimeError when the server cannot be reached."""
    return await Client.connect(
        address, namespace=namespace, data_converter=pydantic_data_converter, connect_timeout=CONNECT_TIMEOUT
    )


class Durable:
    """Temporal as the API and the relay see it; connects at first use and again after an outage."""

    def __init__(self, address: str, namespace: str = "default", queue_prefix: str = "") -> None:
        self._address = address
        self._namespace = namespace
        self._prefix = queue_prefix
        self._client: Client | None = None

    @property
    def queues(self) -> list[str]:
        """The task queues of this shop; several shops may share a namespace."""
        return sorted({queues.queue_of(name, self._prefix) for name in queues.QUEUE_OF})

    async def client(self) -> Client:
        """Return the client, which may not have reached the server yet."""
        if self._client is None:
            self._client = await Client.connect(
                self._address,
                namespace=self._namespace,
                data_converter=pydantic_data_converter,
                lazy=True,
                connect_timeout=HEALTH_TIMEOUT,
            )
        return self._client

    async def is_healthy(self) -> bool:
        """Ask the server, once, for at most a second or two; a millisecond when it is up."""
        client = await self.client()
        try:
            # A first connection to a host that swallows everything knows no time-out but this one.
            async with asyncio.timeout(2 * HEALTH_TIMEOUT.total_seconds()):
                return await client.service_client.check_health(timeout=HEALTH_TIMEOUT, retry=False)
        except (RPCError, RuntimeError, TimeoutError):  # RuntimeError: the first connection was refused
            return False

    async def require_healthy(self) -> None:
        """Raise `unavailable` while nothing has been changed yet, rather than a time-out that leaves it open."""
        if not await self.is_healthy():
            raise unavailable(DOWN, RETRY_AFTER)

    async def start(self, name: str, business_id: str, argument: object, *, search: Search | None = None) -> Run:
        """Start workflow `name` for one business fact, or attach to the run that is open for it.

        Errors: `unavailable` when the start was not acknowledged (it may have happened; starting again is harmless).
        """
        client = await self.client()
        try:
            handle = await client.start_workflow(
                name,
                argument,
                id=ids.workflow_id(name, business_id),
                task_queue=queues.queue_of(name, self._prefix),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=queues.TASK_TIMEOUT,
                search_attributes=_typed(search),
            )
        except (RPCError, RuntimeError) as error:
            if _unregistered(error) and search:
                return await self.start(name, business_id, argument)
            raise unavailable(DOWN, RETRY_AFTER) from error
        return Run(handle.id, handle.first_execution_run_id)

    async def result(self, name: str, business_id: str, result_type: type[T], *, within: float) -> T:
        """Attach to the last run for one business fact and wait at most `within` seconds for its result.

        Errors: the CommerceError that the run failed with; `conflict` while it goes on or when it failed otherwise.
        """
        handle = await self._handle(name, business_id, result_type)
        try:
            async with asyncio.timeout(within):
                result: T = await handle.result()
        except WorkflowFailureError as error:
            raise as_commerce_error(error) or conflict(UNDECIDED) from error
        except (TimeoutError, RPCError, RuntimeError) as error:
            raise conflict(UNDECIDED) from error
        return result

    async def closed(self, name: str, business_id: str, *, within: float) -> None:
        """Wait at most `within` seconds until the run for one business fact has ended, however it ended.

        Errors: `conflict` while it goes on.
        """
        handle = await self._handle(name, business_id, None)
        try:
            async with asyncio.timeout(within):
                await handle.result()
        except WorkflowFailureError:
            return  # ended: that is all that was asked
        except (TimeoutError, RPCError, RuntimeError) as error:
            raise conflict(UNDECIDED) from error

    async def ask(
        self,
        name: str,
        business_id: str,
        argument: object,
        question: Question[T],
        *,
        search: Search | None = None,
    ) -> T:
        """Start the workflow, or attach to its open run, and return what its update answers.

        A fresh update id per call: a constant one would replay a decline for ever. Errors: `unavailable` when
        Temporal is down (nothing was changed), the CommerceError that the update failed with, `conflict` when no
        answer came in time.
        """
        await self.require_healthy()
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            name,
            argument,
            id=ids.workflow_id(name, business_id),
            task_queue=queues.queue_of(name, self._prefix),
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=queues.TASK_TIMEOUT,
            search_attributes=_typed(search),
        )
        try:
            return await self._answer(start, question)
        except WorkflowUpdateFailedError as error:
            raise as_commerce_error(error) or conflict(question.undecided) from error
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCError, RuntimeError) as error:
            if _unregistered(error) and search:
                return await self.ask(name, business_id, argument, question)
            raise conflict(question.undecided) from error

    async def _answer(self, start: WithStartWorkflowOperation[Any, Any], question: Question[T]) -> T:
        client = await self.client()
        async with asyncio.timeout(question.within):
            try:
                answer: T = await client.execute_update_with_start_workflow(
                    question.update,
                    question.argument,
                    start_workflow_operation=start,
                    result_type=question.result_type,
                )
            except BaseException:
                await _read_start(start)
                raise
        return answer

    async def _handle(self, name: str, business_id: str, result_type: type[T] | None) -> WorkflowHandle[Any, Any]:
        client = await self.client()
        return client.get_workflow_handle(ids.workflow_id(name, business_id), result_type=result_type)


async def _read_start(start: WithStartWorkflowOperation[Any, Any]) -> None:
    """Read the start's own copy of a failure: unread, it would be logged as never retrieved."""
    with suppress(RPCError, asyncio.CancelledError, TimeoutError):
        async with asyncio.timeout(0):
            await start.workflow_handle()


def _typed(search: Search | None) -> TypedSearchAttributes:
    pairs = [SearchAttributePair(key, value) for key, value in (search or {}).items()]
    return TypedSearchAttributes(pairs)


def _unregistered(error: BaseException) -> bool:
    """Tell whether a start was refused because a fresh server does not know a search attribute yet."""
    if not isinstance(error, RPCError) or error.status is not RPCStatusCode.INVALID_ARGUMENT:
        return False
    return "search attribute" in error.message.lower()
