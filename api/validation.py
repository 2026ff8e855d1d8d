"""An invalid body in the contract's sentences (section 4): at most three faults, in the order of the fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kit.errors import CommerceError, invalid_data

PARTS: Final = 3
MOST_SEEN: Final = 2  # `body` and the name of a field
TYPES: Final = {
    "string_type": "string",
    "number_type": "number",
    "bool_type": "boolean",
    "date_type": "date",
    "list_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
}
TOO_SMALL: Final = {
    "greater_than": "gt",
    "greater_than_equal": "ge",
    "string_too_short": "min_length",
    "too_short": "min_length",
}
TOO_BIG: Final = {
    "less_than": "lt",
    "less_than_equal": "le",
    "string_too_long": "max_length",
    "too_long": "max_length",
}
BRANCH: Final = re.compile(r"[A-Z]\w*|.*\[.*|str|int|bool")  # how pydantic names a branch of a union in a location
Fault = Mapping[str, Any]


def explain(faults: Sequence[Fault]) -> str:
    """Return `Invalid request: ...` for the faults that pydantic found."""
    return f"Invalid request: {'; '.join(list(_sentences(_without_branches(faults)))[:PARTS])}"


def invalid(*sentences: str) -> CommerceError:
    """Return the error of a request that breaks a rule which no single field shows."""
    return invalid_data(f"Invalid request: {'; '.join(sentences[:PARTS])}")


def _without_branches(faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults with those of a union reduced to the branch that was meant."""
    unions: dict[tuple[object, ...], list[Fault]] = {}
    groups: list[list[Fault]] = []
    for fault in faults:
        location = tuple(fault["loc"])
        place = next((at for at, part in enumerate(location) if at and BRANCH.fullmatch(str(part))), None)
        if place is None:
            groups.append([fault])
            continue
        if location[:place] not in unions:
            groups.append(unions.setdefault(location[:place], []))
        shorter = {"loc": location[:place] + location[place + 1 :], "misses": place + 1 == len(location)}
        unions[location[:place]].append({**fault, **shorter})
    return [fault for group in groups for fault in _meant(group)]


def _meant(group: list[Fault]) -> list[Fault]:
    """Return the faults inside of a value whose kind fits a branch; if none fits, one fault that names all kinds."""
    inside = [fault for fault in group if not fault.get("misses")]
    if inside or len(group) == 1:
        return inside or group
    kinds = ", ".join(str(TYPES.get(fault["type"], fault["type"])) for fault in group)
    return [{**group[0], "kinds": kinds}]


def _sentences(faults: Sequence[Fault]) -> Iterable[str]:
    """Say each fault; the unknown keys of one object are one fault, told where the first of them stands."""
    told: set[tuple[object, ...]] = set()
    for fault in faults:
        if fault["type"] != "extra_forbidden":
            yield _sentence(fault)
            continue
        parent = tuple(fault["loc"][:-1])
        if parent not in told:
            told.add(parent)
            keys = [f["loc"][-1] for f in faults if f["type"] == "extra_forbidden" and tuple(f["loc"][:-1]) == parent]
            yield f"Unrecognized fields: '{', '.join(map(str, keys))}'"


def _sentence(fault: Fault) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    field = ", ".join(map(str, fault["loc"][1:]))
    # Of what is of the wrong kind inside something else the peer says that it is missing, as it does in a query string.
    is_lost = kind in {*TYPES, "literal_error"} and len(fault["loc"]) > MOST_SEEN
    if kind == "missing" or is_lost:
        return f"Field '{field}' is required"
    if kind in TYPES:
        return f"Expected type: '{fault.get('kinds', TYPES[kind])}' for field '{field}', got: '{shown(fault['input'])}'"
    if kind == "literal_error":
        options = ", ".join(re.findall(r"'([^']*)'", context["expected"]))
        return f"Expected: '{options}' for field '{field}', but got: '{shown(fault['input'])}'"
    if kind in TOO_SMALL:
        return f"Value for field '{field}' too small, expected at least: '{context[TOO_SMALL[kind]]}'"
    if kind in TOO_BIG:
        return f"Value for field '{field}' too big, expected at most: '{context[TOO_BIG[kind]]}'"
    return str(context["error"]) if kind == "value_error" else f"{fault['msg']} for field '{field}'"


def shown(value: object) -> str:
    """Return a JSON value as the contract's messages print it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join("" if item is None else shown(item) for item in value)
    return str(value)
