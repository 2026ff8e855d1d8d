"""Executions of workflows on the wire: their parameters, and the shape that Medusa's dashboard draws."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from durable.executions import Execution, Filters
from durable.steps import Step
from kit import query
from kit.errors import invalid_data

OPERATORS: Final = {"$eq": "=", "$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}
MOST_WITH_STEPS: Final = 200
INVOKE: Final = {
    "invoking": ("invoking", "idle"),
    "done": ("done", "ok"),
    "failed": ("failed", "permanent_failure"),
    "timeout": ("timeout", "permanent_failure"),
    "canceled": ("skipped", "idle"),
}


def filters(request: query.Request) -> Filters:
    """Return the filters of a list; `invalid_data` for a value that cannot be one."""
    given = request.rest
    return Filters(
        workflow_ids=_texts(given, "workflow_id"),
        transaction_ids=_texts(given, "transaction_id") or _texts(given, "q"),
        states=_texts(given, "state"),
        created=_moments(given.get("created_at")),
    )


def is_oldest_first(request: query.Request) -> bool:
    """Tell which end of time comes first; `invalid_data` for an order that Temporal does not have."""
    if request.order not in {None, "created_at", "-created_at"}:
        raise invalid_data("Workflow executions can be ordered by created_at only")
    return request.order == "created_at"


def wants(request: query.Request, name: str) -> bool:
    """Tell whether `fields` asks for a name, or for something below it."""
    selection = request.selection
    return selection.star or name in selection.names or selection.child(name) is not None


def needs_steps(request: query.Request) -> bool:
    """Tell whether histories must be read; `invalid_data` when they would be too many."""
    needs = wants(request, "execution") or wants(request, "context")
    if needs and request.limit > MOST_WITH_STEPS:
        raise invalid_data(f"Ask for at most {MOST_WITH_STEPS} executions at once, or leave execution out of fields")
    return needs


def page(executions: Sequence[Execution], count: int, request: query.Request) -> str:
    """Return the answer of a list."""
    shown = [_shape(execution, request) for execution in executions]
    return json.dumps({"workflow_executions": shown, "count": count, "offset": request.offset, "limit": request.limit})


def single(execution: Execution, request: query.Request) -> str:
    """Return the answer of a single read."""
    return json.dumps({"workflow_execution": _shape(execution, request)})


def _shape(execution: Execution, request: query.Request) -> dict[str, Any]:
    every = {
        "id": execution.id,
        "workflow_id": execution.workflow_id,
        "transaction_id": execution.transaction_id,
        "state": execution.state,
        "attention": execution.attention,
        "created_at": _iso(execution.started_at),
        "updated_at": _iso(execution.ended_at or execution.started_at),
        "deleted_at": None,
    }
    if execution.steps is not None:
        every["execution"] = _flow(execution, execution.steps)
        every["context"] = _context(execution, execution.steps)
    return {name: value for name, value in every.items() if wants(request, name)}


def _flow(execution: Execution, steps: Sequence[Step]) -> dict[str, Any]:
    paths = _paths(steps)
    shown = {"_root": {"id": "_root", "next": paths[:1]}}
    for depth, (path, step) in enumerate(zip(paths, steps, strict=True), 1):
        shown[path] = _step(path, paths[depth : depth + 1], depth, step)
    return {
        "_v": 0,
        "runId": execution.run_id,
        "state": execution.state,
        "modelId": execution.workflow_id,
        "transactionId": execution.transaction_id,
        "options": {"name": execution.workflow_id, "store": True, "idempotent": True},
        "metadata": {},
        "startedAt": _ms(execution.started_at),
        "definition": _definition(steps),
        "timedOutAt": None,
        "hasAsyncSteps": False,
        "hasFailedSteps": any(step.state in {"failed", "timeout"} for step in steps),
        "hasSkippedSteps": any(step.state == "canceled" for step in steps),
        "hasWaitingSteps": execution.attention is not None,
        "hasRevertedSteps": execution.state == "reverted",
        "hasSkippedOnFailureSteps": False,
        "steps": shown,
    }


def _paths(steps: Sequence[Step]) -> list[str]:
    """Return a path for each step, each below the one before; a step's second run is `name-2`."""
    paths: list[str] = []
    seen: dict[str, int] = {}
    path = "_root"
    for step in steps:
        seen[step.name] = number = seen.get(step.name, 0) + 1
        path = f"{path}.{_action(step)}" + (f"-{number}" if number > 1 else "")
        paths.append(path)
    return paths


def _action(step: Step) -> str:
    return step.name.replace(".", "-").replace("_", "-")  # a dot parts steps in a path


def _step(path: str, following: Sequence[str], depth: int, step: Step) -> dict[str, Any]:
    state, status = INVOKE[step.state]
    if step.state == "invoking" and step.failure is not None:
        status = "temp_failure"
    return {
        "_v": 0,
        "id": path,
        "uuid": path,
        "next": list(following),
        "depth": depth,
        "title": step.name,
        "invoke": {"state": state, "status": status},
        "compensate": {"state": "dormant", "status": "idle"},
        "attempts": step.attempts,
        "failures": max(step.attempts - (step.state == "done"), 0) if step.failure or step.attempts > 1 else 0,
        "failure": step.failure,
        "stepFailed": step.state in {"failed", "timeout"},
        "startedAt": _ms(step.started_at),
        "lastAttempt": _ms(step.started_at),
        "saveResponse": False,
        "definition": {"uuid": path, "action": _action(step), "store": False, "noCompensation": True},
    }


def _definition(steps: Sequence[Step]) -> dict[str, Any]:
    definition: dict[str, Any] = {}
    for step in reversed(steps):
        own = {"action": _action(step), "noCompensation": True}
        definition = {**own, "next": definition} if definition else own
    return definition


def _context(execution: Execution, steps: Sequence[Step]) -> dict[str, Any]:
    failed = [step for step in steps if step.state in {"failed", "timeout"}]
    errors = [{"action": _action(step), "handlerType": "invoke", "error": {"message": step.failure}} for step in failed]
    return {"data": {"invoke": {}, "payload": execution.input, "compensate": {}}, "errors": errors}


def _texts(given: Mapping[str, Any], name: str) -> list[str] | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        raise invalid_data(f"Invalid request: Expected type: 'string, array' for field '{name}', got: 'object'")
    return texts


def _moments(value: object) -> list[tuple[str, datetime]]:
    if value is None:
        return []
    asked = value if isinstance(value, dict) else {"$eq": value}
    return [(_operator(operator), _moment(text)) for operator, text in asked.items()]


def _operator(name: str) -> str:
    if name not in OPERATORS:
        raise invalid_data(f"Invalid request: Unrecognized fields: 'created_at, {name}'")
    return OPERATORS[name]


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise invalid_data(f"Invalid request: created_at must be a date, got: '{str(text)[:50]}'") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
