"""What is demanded of the verdicts: the floor only rises, the accepted deviations only get fewer.

`floor.json` names per file the entries that are equal; `--write-floor` adds to it what has become equal since. An entry
of the floor may never differ again, nor be blocked; in a file whose entries all are in it, nothing may.
`accepted.toml` has the deviations that are meant, each with its reason; one that is no longer there has to be struck.
A path there that ends with `*` stands for all that begin so.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.contract.replaying import Kind, Verdict

FLOOR = Path(__file__).with_name("floor.json")
CALLS_FLOOR = Path(__file__).with_name("calls_floor.json")
ACCEPTED = Path(__file__).with_name("accepted.toml")
Deviation = tuple[str, str]  # file/entry, path
Floor = Mapping[str, Sequence[str]]  # file -> entries


def read_floor(path: Path = FLOOR) -> Floor:
    floor: Floor = json.loads(path.read_text()) if path.exists() else {}
    return floor


def raised(floor: Floor, verdicts: Iterable[Verdict], accepted: Mapping[Deviation, str]) -> Floor:
    """Return the floor with what has become equal; it never sinks."""
    entries = {file: set(names) for file, names in floor.items()}
    for verdict in verdicts:
        if passes(verdict, accepted):
            entries.setdefault(verdict.file, set()).add(verdict.entry)
    return {file: sorted(names) for file, names in sorted(entries.items())}


def write_floor(floor: Floor, path: Path = FLOOR) -> None:
    path.write_text(json.dumps(floor, indent=1) + "\n")


def accepted_deviations(path: Path = ACCEPTED) -> dict[Deviation, str]:
    """Return (file/entry, path) -> reason."""
    lines = tomllib.loads(path.read_text()).get("accepted", ())
    return {(line["entry"], line["path"]): line["reason"] for line in lines}


def reason_for(name: str, path: str, accepted: Mapping[Deviation, str]) -> str | None:
    """Return why the entry may deviate there, or None."""
    lines = [(meant, reason) for (entry, meant), reason in accepted.items() if entry == name]
    return next((reason for meant, reason in lines if _covers(meant, path)), None)


def passes(verdict: Verdict, accepted: Mapping[Deviation, str]) -> bool:
    """Tell whether the entry is equal, or differs only where that is accepted."""
    if verdict.kind is Kind.DIFFERS:
        return all(reason_for(verdict.name, path, accepted) for path, _ in verdict.deviations)
    return verdict.kind is Kind.EQUAL


def broken(verdicts: Iterable[Verdict], floor: Floor, accepted: Mapping[Deviation, str]) -> list[str]:
    """Return a line for each demand that the verdicts do not meet."""
    found: list[str] = []
    for verdict in verdicts:
        if verdict.entry in floor.get(verdict.file, ()) and not passes(verdict, accepted):
            lines = [line for path, line in verdict.deviations if not reason_for(verdict.name, path, accepted)]
            found += [f"{verdict.name}: {line}" for line in lines or [f"{verdict.kind}: {verdict.about}"]]
        if verdict.kind in (Kind.EQUAL, Kind.DIFFERS):
            stale = [meant for name, meant in accepted if name == verdict.name and not _deviates(verdict, meant)]
            found += [f"{verdict.name}: {path} no longer deviates: strike it from {ACCEPTED.name}" for path in stale]
    return found


def _deviates(verdict: Verdict, meant: str) -> bool:
    return any(_covers(meant, path) for path, _ in verdict.deviations)


def _covers(meant: str, path: str) -> bool:
    return path.startswith(meant[:-1]) if meant.endswith("*") else path == meant
