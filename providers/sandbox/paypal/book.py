"""The stand-in's memory: one append-only file, one JSON line per request that changed or answered something.

A line holds effects, records, webhook events and the stored answer of its request together, and is on disk (fsync)
before the request is answered: a kill -9 at any moment loses nothing that was answered. Its `effects` are spelled as
those of the other sandbox, so that one auditor (providers/sandbox/audit.py) reads both logs.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from kit import clock
from providers.sandbox.paypal import records
from providers.sandbox.paypal.moods import Knobs
from providers.sandbox.paypal.problems import NotPossible, Reply
from providers.sandbox.paypal.records import Order, R, Record

LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The stored first answer of a key; `params` is what the key was used for."""

    key: str
    params: str
    status: int
    body: dict[str, Any]
    at: str


class Book:
    """Everything that the stand-in knows, rebuilt from its log."""

    def __init__(self, path: Path) -> None:
        self.tables: dict[str, dict[str, Record]] = {kind: {} for kind in records.KINDS}
        self.kept: dict[str, Kept] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.knobs = Knobs()
        self._ahead = 0.0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        content = path.read_bytes()
        os.ftruncate(self._file, content.rfind(b"\n") + 1)  # a torn line was never answered
        for line in content.split(b"\n")[:-1]:
            self._take(json.loads(line))

    def close(self) -> None:
        """Close the log."""
        os.close(self._file)

    def now(self) -> datetime:
        """Return the stand-in's own time, which tests move ahead."""
        return clock.now() + timedelta(seconds=self._ahead)

    def turn(self, knobs: Knobs) -> None:
        """Set the knobs, for good: a restart keeps them."""
        self.write({"effects": [], "knobs": knobs.as_json()})

    def move_clock(self, seconds: float) -> None:
        """Move the stand-in's time ahead."""
        self.write({"effects": [], "clock": self._ahead + seconds})

    def write(self, line: dict[str, Any]) -> None:
        """Write one line by one call, wait until it is on disk, and know it."""
        os.write(self._file, json.dumps(line, separators=(",", ":")).encode() + b"\n")
        os.fsync(self._file)
        self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        for kind, found in line.get("records", {}).items():
            self.tables[kind].update({id_: records.from_json(kind, one) for id_, one in found.items()})
        for event in line.get("events", ()):
            self.events[event["id"]] = event
        if "reply" in line:
            self.kept[line["reply"]["key"]] = Kept(**line["reply"])
        if "knobs" in line:
            self.knobs = Knobs(**line["knobs"])
        self._ahead = line.get("clock", self._ahead)


class Change:
    """One request's reading and writing: what it reads is as it has changed it, and all is written at once."""

    def __init__(self, book: Book, key: str | None = None) -> None:
        self.key = key
        self.now = book.now()
        self._book = book
        self._new: dict[str, dict[str, Record]] = {kind: {} for kind in records.KINDS}
        self._effects: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []

    def get(self, kind: type[R], id_: str) -> R:
        """Return a record; NotPossible (404) when there is none."""
        found = self._new[kind.__name__].get(id_) or self._book.tables[kind.__name__].get(id_)
        if not isinstance(found, kind):
            raise NotPossible("INVALID_RESOURCE_ID")
        return found

    def all(self, kind: type[R]) -> Iterator[R]:
        """Yield every record of a kind, the oldest first."""
        for id_ in {**self._book.tables[kind.__name__], **self._new[kind.__name__]}:
            yield self.get(kind, id_)

    def of_order(self, kind: type[R], order_id: str) -> list[R]:
        """Return the records of a kind that belong to an order."""
        return [one for one in self.all(kind) if not isinstance(one, Order) and one.order == order_id]

    def put(self, record: Record) -> None:
        """Add or replace a record."""
        self._new[type(record).__name__][record.id] = record

    def effect(self, kind: str, order: Order, amount: Decimal, *, is_keyed: bool = True, word: str = "") -> None:
        """Note what happened; money moves by `authorise`, `capture`, `void` and `refund` alone."""
        self._effects.append(
            {
                "kind": kind,
                "intent": order.id,
                "session": order.custom_id,
                "key": self.key if is_keyed else None,
                "amount": format(amount, "f"),
                "currency": order.currency.lower(),
                "at": self.now.isoformat(),
                "word": word,
            }
        )

    def tell(self, event_type: str, resource_type: str, summary: str, resource: dict[str, Any]) -> None:
        """Note an event for whoever listens."""
        event = {
            "id": f"WH-{new_id()}-{new_id()}",
            "event_version": "1.0",
            "create_time": text(self.now),
            "resource_type": resource_type,
            "event_type": event_type,
            "summary": summary,
            "resource": resource,
            "resource_version": "2.0",
        }
        self.events.append(event)

    def write(self, params: str | None = None, reply: Reply | None = None) -> None:
        """Write it all, with the answer of the key if it has one."""
        line: dict[str, Any] = {"effects": self._effects}
        changed = {kind: new for kind, new in self._new.items() if new}
        if changed:
            line["records"] = {k: {i: records.as_json(one) for i, one in new.items()} for k, new in changed.items()}
        if self.events:
            line["events"] = self.events
        if self.key is not None and params is not None and reply is not None:
            kept = {"key": self.key, "params": params, "status": reply.status, "body": reply.body}
            line["reply"] = {**kept, "at": self.now.isoformat()}
        if len(line) > 1 or self._effects:
            self._book.write(line)


def new_id() -> str:
    """Return an id as PayPal's look: seventeen capitals and digits."""
    return "".join(secrets.choice(LETTERS) for _ in range(17))


def text(moment: datetime) -> str:
    """Return a moment as PayPal writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
