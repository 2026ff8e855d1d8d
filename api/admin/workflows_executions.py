"""`/admin/workflows-executions`: what runs, what ran, and what waits for a person (docs/attention.md)."""

from __future__ import annotations

from fastapi import Request, Response

from api import executions
from api.actors import Admin
from api.admin.bodies.workflows_executions import AdminAnswerAttention
from api.deps import json_answer, start
from api.routing import Router
from api.state import state_of
from durable import ids
from durable.answers import answer_attention
from durable.attention import Answer
from durable.executions import find_execution, latest_execution, list_executions
from kit.query import read_list, read_one
from queries.workflow_execution import WORKFLOW_EXECUTION, WORKFLOW_EXECUTIONS

router = Router("/admin/workflows-executions")


@router.get("")
async def list_workflow_executions(request: Request) -> Response:
    """List executions, the newest first."""
    asked = read_list(WORKFLOW_EXECUTIONS, request.query_params.multi_items())
    found, count = await list_executions(
        state_of(request).durable,
        executions.filters(asked),
        limit=asked.limit,
        offset=asked.offset,
        is_oldest_first=executions.is_oldest_first(asked),
        with_steps=executions.needs_steps(asked),
    )
    return json_answer(executions.page(found, count, asked))


@router.get("/{id}")
async def retrieve_workflow_execution(request: Request, id: str) -> Response:
    """Retrieve one run by its id."""
    asked = read_one(WORKFLOW_EXECUTION, request.query_params.multi_items())
    return json_answer(executions.single(await find_execution(state_of(request).durable, id), asked))


@router.get("/{workflow_id}/{transaction_id}")
async def retrieve_latest_execution(request: Request, workflow_id: str, transaction_id: str) -> Response:
    """Retrieve the last run of a workflow for one business fact."""
    asked = read_one(WORKFLOW_EXECUTION, request.query_params.multi_items())
    found = await latest_execution(state_of(request).durable, workflow_id, transaction_id)
    return json_answer(executions.single(found, asked))


@router.post("/{workflow_id}/{transaction_id}/attention")
async def answer_workflow_execution(
    request: Request, admin: Admin, workflow_id: str, transaction_id: str, body: AdminAnswerAttention
) -> Response:
    """Answer an execution that waits for a person: retry, skip or cancel the step that failed."""
    asked = read_one(WORKFLOW_EXECUTION, request.query_params.multi_items())
    durable = state_of(request).durable

    async def answer(_: str) -> str:
        await answer_attention(durable, workflow_id, transaction_id, Answer(body.answer, body.note, admin.id))
        return executions.single(await latest_execution(durable, workflow_id, transaction_id), asked)

    return await start(request, f"{workflow_id}{ids.SEPARATOR}{transaction_id}", answer)
