"""Compare an answer of ours with a recorded one: keys and types, and where asked the values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data" / "contract"
ID = re.compile(r"^[a-z]+(_[a-z]+)?_[0-9A-HJKMNP-TV-Z]{26}$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
LATER = frozenset({"promotions", "adjustments"})  # a promotion code is no part of the story yet: empty is right


def entries(story: str) -> dict[str, dict[str, Any]]:
    recorded = json.loads((DATA / "examples" / f"{story}.json").read_text())
    return {entry["name"]: entry for entry in recorded["entries"]}


def differences(recorded: Any, ours: Any, *, values: bool, path: str = "") -> Iterator[str]:  # noqa: ANN401 - JSON
    if recorded is None:
        return  # where the peer says null, an object of ours says more
    if isinstance(recorded, dict):
        yield from _object(recorded, ours, values=values, path=path)
    elif isinstance(recorded, list):
        yield from _array(recorded, ours, values=values, path=path)
    elif isinstance(recorded, bool) or not isinstance(recorded, int | float):
        yield from _plain(recorded, ours, values=values, path=path)
    elif isinstance(ours, bool) or not isinstance(ours, int | float):
        yield f"{path}: a number, got {ours!r}"
    elif values and abs(recorded - ours) > 1e-6:
        yield f"{path}: {recorded}, got {ours}"


def _object(recorded: dict[str, Any], ours: Any, *, values: bool, path: str) -> Iterator[str]:  # noqa: ANN401 - JSON
    if not isinstance(ours, dict):
        yield f"{path}: an object, got {ours!r}"
        return
    for key, value in recorded.items():
        if key not in ours:
            yield f"{path}.{key}: missing"
        else:
            yield from differences(value, ours[key], values=values, path=f"{path}.{key}")


def _array(recorded: list[Any], ours: Any, *, values: bool, path: str) -> Iterator[str]:  # noqa: ANN401 - JSON
    if not isinstance(ours, list):
        yield f"{path}: a list, got {ours!r}"
        return
    if path.rpartition(".")[2] in LATER and not ours:
        return
    if values and len(recorded) != len(ours):
        yield f"{path}: {len(recorded)} entries, got {len(ours)}"
    if recorded and not ours:
        yield f"{path}: entries, got none"
    for place, value in enumerate(recorded):
        if ours:
            found = [list(differences(value, other, values=values, path=f"{path}[{place}]")) for other in ours]
            yield from min(found, key=len)  # arrays have no order, other than the rows of a page


def _plain(recorded: Any, ours: Any, *, values: bool, path: str) -> Iterator[str]:  # noqa: ANN401 - JSON
    if type(recorded) is not type(ours):
        yield f"{path}: {recorded!r}, got {ours!r}"
    elif isinstance(recorded, str) and ID.match(recorded):
        if not ID.match(ours) or recorded.rpartition("_")[0] != ours.rpartition("_")[0]:
            yield f"{path}: an id like {recorded}, got {ours}"
    elif isinstance(recorded, str) and TIME.match(recorded):
        if not TIME.match(ours):
            yield f"{path}: a time like {recorded}, got {ours}"
    elif values and recorded != ours:
        yield f"{path}: {recorded!r}, got {ours!r}"
