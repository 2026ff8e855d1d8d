"""The stand-in's memory: one append-only file, one JSON line per call that changed or answered something.

A line holds the objects as they are after the call, its events, the answer of its key and, for the judge of fault
tests, its effects in the form of the sandbox's own log (`providers.sandbox.audit` reads both). It is on disk before
the call is answered.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from kit import clock
from providers.sandbox import log
from providers.sandbox.stripe import objects
from providers.sandbox.stripe.problems import Json, missing

KEY_LIVES: Final = 24 * 3600
"""Seconds after which Stripe may have forgotten a key; the stand-in always has."""

DIGITS: Final = {"jpy": 0, "krw": 0, "clp": 0, "vnd": 0, "bhd": 3, "jod": 3, "kwd": 3, "omr": 3, "tnd": 3}
"""Decimals of the currencies that tests use, for the effects only; 2 for all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first answer of a key."""

    params: str
    status: int
    body: Json
    at: int


@dataclass
class Draft:
    """What one call changes, before it is committed."""

    store: Store
    key: str | None = None
    objects: dict[str, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    effects: list[log.Effect] = field(default_factory=list)

    @property
    def now(self) -> int:
        """Return the stand-in's moment."""
        return self.store.now()

    def get(self, kind: str, id_: object) -> Json:
        """Return a copy of an object to change; Problem 404 when there is none."""
        found = self.find(kind, str(id_))
        if found is None:
            raise missing(kind, str(id_))
        return copy.deepcopy(found)

    def find(self, kind: str, id_: str) -> Json | None:
        """Return an object as it is now, not to be changed."""
        found = self.objects.get(id_) or self.store.find(kind, id_)
        return found if found is not None and found["object"] == kind else None

    def put(self, *changed: Json) -> None:
        """Keep objects as they are now."""
        for one in changed:
            self.objects[one["id"]] = one

    def tell(self, kind: str, about: Json) -> None:
        """Make an event of it."""
        self.events.append(objects.event(self.now, kind, about, self.key))

    def effect(self, kind: str, intent: Json, minor: int, word: str = "") -> None:
        """Write down a movement of money, or what decides about one."""
        currency = intent["currency"]
        self.effects.append(
            log.Effect(
                kind=kind,
                intent=intent["id"],
                session=intent["metadata"].get("session_id", ""),
                key=self.key,
                amount=Decimal(minor).scaleb(-DIGITS.get(currency, 2)),
                currency=currency,
                at=datetime.fromtimestamp(self.now, UTC).isoformat(),
                word=word,
            )
        )


class Store:
    """Every object, every key's first answer, the knobs and the clock."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.offset = 0
        self.knobs: Json = {}
        self.answers: dict[str, Answer] = {}
        self._objects: dict[str, dict[str, Json]] = {}
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        os.ftruncate(self._file, whole)  # a line without its end was never answered
        for line in content[:whole].splitlines():
            self._take(json.loads(line))

    def close(self) -> None:
        """Close the log."""
        os.close(self._file)

    def now(self) -> int:
        """Return the stand-in's moment, in seconds."""
        return int(clock.now().timestamp()) + self.offset

    def find(self, kind: str, id_: str) -> Json | None:
        """Return an object as it is, not to be changed."""
        return self._objects.get(kind, {}).get(id_)

    def all_of(self, kind: str) -> Iterator[Json]:
        """Yield the objects of a kind, the newest first."""
        yield from reversed(self._objects.get(kind, {}).values())

    def answer_of(self, key: str) -> Answer | None:
        """Return the first answer of a key that is still alive."""
        found = self.answers.get(key)
        return found if found is not None and self.now() - found.at < KEY_LIVES else None

    def commit(self, draft: Draft, key: str | None = None, answer: Answer | None = None) -> None:
        """Write what a call changed and answered, and then let it be so."""
        line: dict[str, Any] = json.loads(log.encode(log.Entry(effects=tuple(draft.effects))))
        line["objects"] = [*draft.objects.values(), *draft.events]
        if key is not None and answer is not None:
            line["stored"] = {"key": key, **asdict(answer)}
        self._write(line)

    def turn(self, *, knobs: Json | None = None, offset: int | None = None) -> None:
        """Set knobs or the clock, for good: a restart keeps them."""
        line: dict[str, Any] = {"effects": []}
        if knobs is not None:
            line["turned"] = knobs
        if offset is not None:
            line["offset"] = offset
        self._write(line)

    def _write(self, line: Json) -> None:
        os.write(self._file, json.dumps(line, separators=(",", ":")).encode() + b"\n")
        os.fsync(self._file)
        self._take(line)

    def _take(self, line: Json) -> None:
        for one in line.get("objects", ()):
            of_kind = self._objects.setdefault(one["object"], {})
            if one.get("deleted"):
                of_kind.pop(one["id"], None)
            else:
                of_kind[one["id"]] = one
        if stored := line.get("stored"):
            key = stored.pop("key")
            self.answers[key] = Answer(**stored)
        self.knobs |= line.get("turned", {})
        self.offset = line.get("offset", self.offset)
