"""Hand a person's answer to a parked workflow."""

from __future__ import annotations

import asyncio
from typing import Final

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from durable import ids
from durable.attention import NOT_POSSIBLE, Answer
from durable.client import DOWN, RETRY_AFTER, Durable
from durable.queues import QUEUE_OF
from kit.errors import CommerceError, conflict, invalid_data, not_allowed, not_found, unavailable

PATIENCE: Final = 10.0  # seconds; the answer waits for a worker, and the caller must not wait for it for ever
UNHEARD: Final = "The answer was handed over, but nobody took it yet. Look again in a few seconds."


async def answer_attention(durable: Durable, workflow_id: str, transaction_id: str, answer: Answer) -> None:
    """Answer the open run of a workflow for one business fact; returns when the run has taken the answer.

    Errors: `not_found` when nothing runs, `not_allowed` when nothing waits, `invalid_data` for an answer that is not
    possible there, `conflict` when no worker took it in time, `unavailable` when Temporal is down.
    """
    if workflow_id not in QUEUE_OF:
        raise _none(workflow_id, transaction_id)
    await durable.require_healthy()
    client = await durable.client()
    handle = client.get_workflow_handle(ids.workflow_id(workflow_id, transaction_id))
    try:
        async with asyncio.timeout(PATIENCE):
            await handle.execute_update("resolve", answer)
    except WorkflowUpdateFailedError as error:
        raise _refused(error) from error
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise conflict(UNHEARD) from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise _none(workflow_id, transaction_id) from error
        raise unavailable(DOWN, RETRY_AFTER) from error


def _refused(error: WorkflowUpdateFailedError) -> CommerceError:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == NOT_POSSIBLE:
        return invalid_data(cause.message)
    return not_allowed("Nothing waits for an answer.")


def _none(workflow_id: str, transaction_id: str) -> CommerceError:
    return not_found(f"No execution of {workflow_id} runs for {transaction_id}")
