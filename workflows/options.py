"""Timeouts and retries of every step, each preset with its reason; no workflow names a number of its own.

Every preset but ATTENTION gives up: a step that retries for ever never parks, so nobody hears of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, LocalActivityConfig

# A DB-only step while a shopper waits: local (6 instead of 12 state transitions a checkout). One transaction takes
# milliseconds; 5 s covers a lock wait and a slow commit. Given up before the attempt's deadline of 30 s.
DB: Final = LocalActivityConfig(
    start_to_close_timeout=timedelta(seconds=5),
    schedule_to_close_timeout=timedelta(seconds=20),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=1)),
)

# A DB-only step that no shopper waits for: regular, since a local one would keep the workflow task open while
# PostgreSQL is away. An outage heals by itself, so a person is asked only after an hour.
DB_PATIENT: Final = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=5),
    schedule_to_close_timeout=timedelta(hours=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=10)),
)

# A provider call while a shopper waits: regular, so that each attempt shows and a crash repeats this step alone.
# 15 s is longer than the port's own deadline; the heartbeat (beaten every second by the worker) tells a dead worker
# after 3 s instead of 15. Given up before the attempt's deadline of 30 s.
PROVIDER: Final = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=15),
    schedule_to_close_timeout=timedelta(seconds=25),
    heartbeat_timeout=timedelta(seconds=3),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=5)),
)

# A provider asked in passing, after the shopper has their answer: one short try, since who presses again waits for the
# run's end; the sweep asks again.
GLANCE: Final = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=5),
    schedule_to_close_timeout=timedelta(seconds=5),
    heartbeat_timeout=timedelta(seconds=3),
    retry_policy=RetryPolicy(maximum_attempts=1),
)

# A provider call that no shopper waits for: outages of a provider last minutes, seldom an hour; then a person is asked.
PROVIDER_PATIENT: Final = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=15),
    schedule_to_close_timeout=timedelta(hours=1),
    heartbeat_timeout=timedelta(seconds=3),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
)

# An undoing step: as patient as a provider call, because giving up means that money or stock hangs.
COMPENSATE: Final = PROVIDER_PATIENT

# A page of sessions compared with their provider, or its list of events: 25 calls of at most 10 s each.
RECONCILE: Final = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=10),
    schedule_to_close_timeout=timedelta(hours=1),
    heartbeat_timeout=timedelta(seconds=3),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
)

# The attention column: retried until PostgreSQL is back, since nobody could be told that it failed. An answer given
# meanwhile is taken and acted on afterwards.
ATTENTION: Final = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=30)),
)

# A batch of events handed to one subscriber: its code is a plugin's, so it gets a minute; the batch step itself only
# fails when the worker or PostgreSQL does (a failing event is an answer, not a failure), hence an hour of patience.
DELIVER: Final = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=5),
    schedule_to_close_timeout=timedelta(hours=1),
    heartbeat_timeout=timedelta(seconds=3),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
)

# Between two deliveries of an event that fails: a subscriber's own outage may last minutes; after the fifth attempt
# (activities/delivery.py) the event is a dead letter.
DELIVERY_PAUSES: Final = tuple(timedelta(seconds=s) for s in (1, 10, 60, 600))


# Between two looks at a session that a checkout is at: most are over in a second, their deadline is 30 s. What is left
# after a minute is asked about again by the sweep.
FOLLOW_PAUSES: Final = tuple(timedelta(seconds=s) for s in (0.5, 1, 2, 4, 8, 15, 30))


# Between two looks at an authorisation that is about to expire: a warning goes within the hour in which it was
# captured. A day before and a day after it should be over; then the sweep begins anew.
EXPIRY_PAUSE: Final = timedelta(hours=1)
EXPIRY_LOOKS: Final = 50


def delivery_pause(tried: int) -> timedelta:
    """Return the pause after `tried` (1 or more) failed deliveries."""
    return DELIVERY_PAUSES[min(tried, len(DELIVERY_PAUSES)) - 1]


def provider_within(seconds_left: float) -> ActivityConfig:
    """Return PROVIDER for an attempt whose deadline is this near: what is left after a run was lost may be little."""
    preset, left = PROVIDER["schedule_to_close_timeout"], timedelta(seconds=max(seconds_left, 0.1))
    return ActivityConfig(**{**PROVIDER, "schedule_to_close_timeout": min(preset or left, left)})
