"""Recorded answers held against the description, and the schema of answers of which it knows none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

Schema = dict[str, Any]
FREE = frozenset({"metadata", "line_item_metadata", "data", "context", "configuration", "execution"})
"""Objects whose keys are somebody's own."""


def misfits(document: Schema, schema: Schema, answer: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Return where an answer is not as the schema says, and which of its keys the schema does not have."""
    whole = {**schema, "components": document["components"]}
    faults = [error.message for error in jsonschema_rs.iter_errors(whole, answer)]
    return [*faults, *_unknown(document, schema, answer, "")]


def _unknown(document: Schema, schema: Schema, answer: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - JSON
    while "$ref" in schema or "anyOf" in schema:
        schema = schema["anyOf"][0] if "anyOf" in schema else document["components"]["schemas"][_last(schema["$ref"])]
    if isinstance(answer, dict) and "properties" in schema:
        for key, below in answer.items():
            if key in FREE:
                continue
            if key in schema["properties"]:
                yield from _unknown(document, schema["properties"][key], below, f"{path}.{key}")
            elif below is not None and not key.startswith("raw_"):
                yield f"{path}.{key} is not described"
    elif isinstance(answer, list) and "items" in schema:
        for below in answer:
            yield from _unknown(document, schema["items"], below, f"{path}[]")


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]


def schema_of(answers: list[Any]) -> Schema:
    """Return a schema that all the answers fit: what is in one may be missing or null in others."""
    kinds = {kind for kind in map(_kind, answers) if kind}
    made: Schema = {"type": sorted(kinds | {"null"})} if kinds - {"null"} else {}
    rows = [answer for answer in answers if isinstance(answer, dict)]
    if rows:
        keys = dict.fromkeys(key for row in rows for key in row if not key.startswith("raw_"))
        made["properties"] = {
            key: {} if key in FREE else schema_of([row[key] for row in rows if key in row]) for key in keys
        }
    lists = [element for answer in answers if isinstance(answer, list) for element in answer]
    if lists:
        made["items"] = schema_of(lists)
    return made


def _kind(value: Any) -> str | None:  # noqa: ANN401 - JSON
    if value is None:
        return "null"
    for kind, name in ((bool, "boolean"), (str, "string"), (dict, "object"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "number"
