"""A file that hears every event, for whoever replays the recorded contract from outside (`euryale dev --recording`)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from operations.outbox import Pending


class EventFile:
    """Appends events as lines `{"name", "data"}`; after a lost commit some are there twice."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, events: Iterable[Pending]) -> None:
        """Write one line an event, all in one go: a reader sees no half line of them."""
        lines = [json.dumps({"name": event.name, "data": event.data}) + "\n" for event in events]
        with self._path.open("a", encoding="utf-8") as file:
            file.write("".join(lines))
