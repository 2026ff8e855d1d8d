"""Replays the recordings against the shop in this process, by the contract's own replay.py.

What is ours: the way to the application, the reset between files, and that a route which the application lacks is no
deviation but comes later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.contract.reference import CONTRACT, EXAMPLES, judge, replay
from tests.contract.routes import Routes, contract_routes
from tests.contract.shop import EMAIL, PASSWORD, Shop


class Kind(StrEnum):
    """What became of an entry."""

    EQUAL = "equal"
    DIFFERS = "differs"
    BLOCKED = "blocked"  # needs something that no answer told
    LATER = "later"  # asks a route that the application does not have yet


@dataclass(frozen=True)
class Verdict:
    """One entry: `deviations` are (path, line) of what differs, `about` is the missing route or what it needs.

    `has_gap`: something before it in the file could not be sent, whose doing it may show.
    """

    file: str
    entry: str
    kind: Kind
    deviations: list[tuple[str, str]] = field(default_factory=list)
    about: str = ""
    has_gap: bool = False

    @property
    def name(self) -> str:
        return f"{self.file}/{self.entry}"


class Replay(replay.Replay):  # type: ignore[misc,name-defined]  # loaded from its file
    """replay.py on a shop in this process; `notes` are the steps of the set-up, then of a file, that went wrong."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.routes = Routes(shop.app, contract_routes())
        self.notes: list[str] = []
        replay.http = SimpleNamespace(client=SimpleNamespace(HTTPConnection=shop.connection))
        replay.print = lambda *told: self.notes.append(" ".join(map(str, told)).strip())
        args = SimpleNamespace(
            base_url=replay.ORIGIN,
            admin=f"{EMAIL}:{PASSWORD}",
            rounding="exact",
            null="lenient",
            snapshot=shop.keep,
            reset=shop.restore,
        )
        super().__init__(args, json.loads((CONTRACT / "setup.json").read_text()))
        self.has_gaps = False  # an entry of the file could not be sent

    def prepare(self) -> None:
        """Set the shop up and keep its state."""
        super().prepare()
        self.setup_notes = list(self.notes)

    def command(self, command: Callable[[], None]) -> None:
        command()

    def event_value(self, name: str, path: str) -> Any:  # noqa: ANN401 - JSON
        event = self.shop.last_event(name)
        if event is None:
            raise KeyError(name)
        return replay.pick(event, path)

    def step(
        self, step: Mapping[str, Any], recorded: Mapping[str, str], prefix: str, given: Mapping[str, Any] | None
    ) -> None:
        missing = self.routes.missing(step["method"], step["path"])
        if missing is None:
            super().step(step, recorded, prefix, given)
        else:
            self.has_gaps = True

    def judged(self, file: str) -> Iterator[Verdict]:
        """Replay one file from the state after the setup."""
        self.begin()
        self.notes.clear()
        self.has_gaps = False
        for entry, found in self.file(json.loads((EXAMPLES / f"{file}.json").read_text())):
            request = entry["request"]
            missing = self.routes.missing(request["method"], request["path"])
            if missing is not None:
                yield Verdict(file, entry["name"], Kind.LATER, about=missing)
            elif isinstance(found, str):
                yield Verdict(file, entry["name"], Kind.BLOCKED, about=found)
            else:
                lines = [(path or "(answer)", replay.deviation_line(path, *pair)) for path, *pair in found]
                kind = Kind.DIFFERS if lines else Kind.EQUAL
                yield Verdict(file, entry["name"], kind, lines, has_gap=self.has_gaps)

    def entry(self, entry: Mapping[str, Any], recorded: Mapping[str, str]) -> Any:  # noqa: ANN401 - deviations
        missing = self.routes.missing(entry["request"]["method"], entry["request"]["path"])
        if missing is not None:
            self.has_gaps = True
            raise judge.Blocked(missing)
        # What the entry would wait for may be the doing of one that was not sent.
        return super().entry({**entry, "wait_s": 0} if self.has_gaps else entry, recorded)


def files() -> list[str]:
    """Return the recorded files in replay.py's order."""
    paths: list[Path] = replay.order_of(EXAMPLES, None)
    return [path.stem for path in paths]
