"""Inputs and results of workflows: frozen dataclasses of ids and small facts, only ever added to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DeliverEventsInput:
    """Events, by id, for one subscriber. `batch_id` names exactly this set, so that a repeated start is one run."""

    batch_id: str
    subscriber: str
    event_ids: list[str]


@dataclass(frozen=True)
class DeliverEventsResult:
    """How a batch ended: how many events were heard, and the ids of those that are dead letters now."""

    delivered: int
    dead: list[str]
