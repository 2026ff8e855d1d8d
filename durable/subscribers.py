"""Subscribers: async functions that hear of committed events, at least once each, with an id to dedupe by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from typing import Any, Final

GROUP: Final = "euryale.subscribers"


@dataclass(frozen=True)
class Event:
    """A committed fact; `id` is the same at every delivery of it."""

    id: str
    name: str
    data: Mapping[str, Any]
    created_at: datetime


Hear = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True)
class Subscriber:
    """A named function and the events it hears. The name holds the dedupe: renaming it is a new subscriber."""

    name: str
    events: frozenset[str]
    hear: Hear


def subscriber(*events: str, name: str) -> Callable[[Hear], Subscriber]:
    """Make an async function a subscriber of the named events; `name` is unique in the shop.

    It may be called twice for one event (a crash between its end and our note of it) and must tell by `event.id`.
    What it raises is a failed delivery: it is retried, and ends in the dead letters.
    """

    def make(hear: Hear) -> Subscriber:
        return Subscriber(name, frozenset(events), hear)

    return make


class Subscribers:
    """Every subscriber of this installation."""

    def __init__(self, listed: Iterable[Subscriber]) -> None:
        self._by_name: dict[str, Subscriber] = {}
        for one in listed:
            if one.name in self._by_name:
                raise ValueError(f"two subscribers are called {one.name!r}: their deliveries could not be told apart")
            self._by_name[one.name] = one

    def get(self, name: str) -> Subscriber | None:
        """Return the subscriber of that name, or None when it is not installed."""
        return self._by_name.get(name)

    def of(self, event: str) -> list[str]:
        """Return the names of those who hear an event, in order."""
        return sorted(name for name, one in self._by_name.items() if event in one.events)


def installed() -> list[Subscriber]:
    """Return what installed plugins bring by the entry point `euryale.subscribers`.

    TypeError for one that is no Subscriber: its events would be marked as sent and never heard.
    """
    found = []
    for point in entry_points(group=GROUP):
        one = point.load()
        if not isinstance(one, Subscriber):
            raise TypeError(f"the entry point {point.name} of {GROUP} is no subscriber: {one!r}")
        found.append(one)
    return found
