"""Timeouts and retries are as argued: a replay does not see them change, so this does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from durable import queues
from durable.workers import STICKY_TIMEOUT
from workflows import options

# start to close, schedule to close, heartbeat, first retry, longest pause; in seconds
PINNED = {
    "DB": (5, 20, None, 0.1, 1),
    "DB_PATIENT": (5, 3600, None, 0.5, 10),
    "PROVIDER": (15, 25, 3, 0.5, 5),
    "GLANCE": (5, 5, 3, 1, None),
    "PROVIDER_PATIENT": (15, 3600, 3, 1, 30),
    "COMPENSATE": (15, 3600, 3, 1, 30),
    "RECONCILE": (600, 3600, 3, 1, 30),
    "ATTENTION": (5, None, None, 0.5, 30),
    "DELIVER": (300, 3600, 3, 1, 30),
}


def presets() -> dict[str, dict[str, Any]]:
    return {name: value for name, value in vars(options).items() if name.isupper() and isinstance(value, dict)}


def seconds(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds()


def test_every_preset_is_pinned() -> None:
    assert set(presets()) == set(PINNED)


@pytest.mark.parametrize("name", PINNED)
def test_preset(name: str) -> None:
    preset = presets()[name]
    retries = preset["retry_policy"]
    times = (preset.get(key) for key in ("start_to_close_timeout", "schedule_to_close_timeout", "heartbeat_timeout"))
    assert (*map(seconds, times), seconds(retries.initial_interval), seconds(retries.maximum_interval)) == PINNED[name]
    is_one_try = name == "GLANCE"
    assert retries.maximum_attempts == int(is_one_try), "bounded by time, not by number"
    assert retries.backoff_coefficient == 2


def test_every_preset_but_attention_gives_up() -> None:
    endless = [name for name, preset in presets().items() if "schedule_to_close_timeout" not in preset]
    assert endless == ["ATTENTION"], "a step that retries for ever never parks"


def test_a_shopper_gets_an_answer_before_the_deadline() -> None:
    for name in ("DB", "PROVIDER"):
        assert presets()[name]["schedule_to_close_timeout"] < timedelta(seconds=30)


def test_a_dead_worker_costs_a_shopper_seconds() -> None:
    assert timedelta(seconds=3) == queues.TASK_TIMEOUT
    assert timedelta(seconds=1) == STICKY_TIMEOUT
    assert queues.MAX_CACHED == {"checkout": 1000, "money": 100, "background": 300}


def test_pauses_between_deliveries_grow() -> None:
    pauses = [options.delivery_pause(tried).total_seconds() for tried in range(1, 7)]
    assert pauses == [1, 10, 60, 600, 600, 600]
