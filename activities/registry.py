"""Every activity, listed by hand, compared with what is defined by a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from activities.attention import AttentionActivities
from activities.delivery import DeliveryActivities
from durable.subscribers import Subscriber, Subscribers
from kit.db import Database

# Subscribers of our own; those of plugins come by entry point.
SUBSCRIBERS: Final[tuple[Subscriber, ...]] = ()


def all_activities(database: Database, subscribers: Subscribers) -> list[Callable[..., Any]]:
    """Return the methods of every activity class over these parts."""
    attention = AttentionActivities(database)
    delivery = DeliveryActivities(database, subscribers)
    return [
        attention.set,
        attention.clear,
        delivery.deliver,
    ]
