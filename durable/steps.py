"""What a run did, step by step, read from its history: the activities, regular and local, in the order they began."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from temporalio.api.common.v1 import Payloads
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo

LOCAL: Final = "core_local_activity"  # the SDK's marker of a local activity
State = Literal["invoking", "done", "failed", "canceled", "timeout"]
ENDS: Final[dict[str, State]] = {
    "activity_task_completed_event_attributes": "done",
    "activity_task_failed_event_attributes": "failed",
    "activity_task_timed_out_event_attributes": "timeout",
    "activity_task_canceled_event_attributes": "canceled",
}


@dataclass(frozen=True)
class Step:
    """One activity of a run; `failure` is what its last attempt failed with, in words."""

    name: str
    state: State
    attempts: int
    started_at: datetime
    is_local: bool
    failure: str | None = None


def steps_of(events: Iterable[HistoryEvent], pending: Sequence[PendingActivityInfo] = ()) -> list[Step]:
    """Return the steps in the order they began; `pending` says how far those that run have come."""
    steps: dict[int, Step] = {}
    ids: dict[str, int] = {}
    for event in events:
        kind = event.WhichOneof("attributes")
        if kind == "activity_task_scheduled_event_attributes":
            scheduled = event.activity_task_scheduled_event_attributes
            ids[scheduled.activity_id] = event.event_id
            steps[event.event_id] = Step(scheduled.activity_type.name, "invoking", 0, _moment(event), is_local=False)
        elif kind == "activity_task_started_event_attributes":
            started = event.activity_task_started_event_attributes
            words = _words(started.last_failure) if started.HasField("last_failure") else None
            number = started.scheduled_event_id
            steps[number] = replace(steps[number], attempts=started.attempt, failure=words)
        elif kind in ENDS:
            number = getattr(event, kind).scheduled_event_id
            steps[number] = _ended(steps[number], event, kind)
        elif kind == "marker_recorded_event_attributes" and _is_local(event):
            steps[event.event_id] = _local(event)
    for activity in pending:
        if (number := ids.get(activity.activity_id, 0)) in steps:
            words = _words(activity.last_failure) if activity.HasField("last_failure") else None
            steps[number] = replace(steps[number], attempts=activity.attempt, failure=words)
    return list(steps.values())


def _ended(step: Step, event: HistoryEvent, kind: str) -> Step:
    ended = getattr(event, kind)
    words = _words(ended.failure) if ENDS[kind] in {"failed", "timeout"} else None
    return replace(step, state=ENDS[kind], failure=words or step.failure)


def _is_local(event: HistoryEvent) -> bool:
    return event.marker_recorded_event_attributes.marker_name == LOCAL


def _local(event: HistoryEvent) -> Step:
    marker = event.marker_recorded_event_attributes
    data = first_json(marker.details["data"])
    failure = _words(marker.failure) if marker.HasField("failure") else None
    began = data.get("original_schedule_time")
    started = datetime.fromtimestamp(began["seconds"], UTC) if isinstance(began, dict) else _moment(event)
    return Step(
        name=str(data.get("activity_type", LOCAL)),
        state="failed" if failure else "done",
        attempts=int(str(data.get("attempt", 1))),
        started_at=started,
        is_local=True,
        failure=failure,
    )


def _words(failure: Failure) -> str:
    """Return what went wrong at the root: an outer failure only says that something inside failed."""
    root = failure
    while root.HasField("cause"):
        root = root.cause
    return root.message or root.application_failure_info.type or "It failed without a word."


def _moment(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(UTC)


def first_json(payloads: Payloads) -> dict[str, Any]:
    """Return the first object among payloads, or an empty one."""
    for payload in payloads.payloads:
        read = json.loads(payload.data)
        if isinstance(read, dict):
            return read
    return {}
