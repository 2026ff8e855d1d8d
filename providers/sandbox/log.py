"""The sandbox's memory: one append-only file, one JSON line per request that changed or answered something.

A line holds the effects and the stored answer of its request together, and is on disk (fsync) before the request
is answered: a kill -9 at any moment loses nothing that was answered, and never an effect without its key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

MONEY_KINDS = frozenset({"authorise", "capture", "void", "refund", "uncapture", "unrefund"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that happened to one intent: create, update, word, cancel, or a movement of money.

    `ref` names the capture, refund or dispute that it is about; `until` is when what was authorised falls back.
    """

    kind: str
    intent: str
    session: str
    key: str | None
    amount: Decimal
    currency: str
    at: str
    word: str = ""
    behavior: str = ""
    provider: str = ""
    ref: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The stored first answer of a key; `params` is what the key was used for."""

    key: str
    params: str
    status: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log."""

    effects: tuple[Effect, ...] = ()
    answer: Answer | None = None
    knobs: dict[str, Any] | None = None


class EffectLog:
    """The writing end; one process at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._drop_torn_line(path)

    def append(self, entry: Entry) -> None:
        """Write one line by one call and wait until it is on disk."""
        os.write(self._file, encode(entry).encode() + b"\n")
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _drop_torn_line(self, path: Path) -> None:
        # A line without its end was never answered; left there, it would swallow the next one.
        content = path.read_bytes()
        os.ftruncate(self._file, content.rfind(b"\n") + 1)


def encode(entry: Entry) -> str:
    """Return `entry` as one line of JSON, amounts as text."""
    line: dict[str, Any] = {"effects": [_effect_as_json(effect) for effect in entry.effects]}
    if entry.answer is not None:
        line["answer"] = {name: getattr(entry.answer, name) for name in Answer.__slots__}
    if entry.knobs is not None:
        line["knobs"] = entry.knobs
    return json.dumps(line, separators=(",", ":"))


def read(path: Path) -> Iterator[Entry]:
    """Yield every whole line of the log in order; safe while the sandbox is writing."""
    if not path.exists():
        return
    for line in path.read_bytes().split(b"\n")[:-1]:
        found = json.loads(line)
        yield Entry(
            effects=tuple(Effect(**{**e, "amount": Decimal(e["amount"])}) for e in found["effects"]),
            answer=Answer(**found["answer"]) if "answer" in found else None,
            knobs=found.get("knobs"),
        )


def _effect_as_json(effect: Effect) -> dict[str, Any]:
    return {name: getattr(effect, name) for name in Effect.__slots__} | {"amount": format(effect.amount, "f")}
