"""Rewrite or check api/openapi/examples.json: `uv run python -m tests.contract.examples [--write]`.

One recorded request and answer of each route of ours: the first that succeeded, cut to what shows its form; and the
schema of what was recorded where the description, made of the resources, does not fit it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import RouteContext

from api.app import create_app
from api.openapi.components import Components, Schema
from api.openapi.document import answer_of
from api.openapi.routes import named, routes
from kit.settings import Settings
from tests.contract.demands import read_floor
from tests.contract.reference import EXAMPLES
from tests.contract.replaying import files
from tests.contract.routes import Routes, contract_routes
from tests.contract.schemas import misfits, schema_of

FILE = Path(__file__).resolve().parents[2] / "api" / "openapi" / "examples.json"
LONGEST = 300  # characters of a text
Entry = dict[str, Any]
UNRECORDED: Final[dict[str, list[Entry]]] = {
    # The currency's rule is shown with its attribute, whose keys the recordings have in rule-attribute-options alone.
    "/admin/promotions/{id}/{rule_type}": [{"rules": [{"hydrate": True}]}],
}
"""What a route answers besides what was recorded of it."""
Known = dict[str, Callable[[Components], Schema]]


def successes(app: FastAPI) -> Iterator[tuple[str, str, Entry]]:
    """Yield method, path as the application has it, and entry of each recorded success that we answer alike."""
    contract = Routes(None, contract_routes())
    floor = read_floor()
    ours = {(method, _shape(path)): path for method, path in routes(app)}
    for file in sorted(files(), key=lambda name: (name.startswith("story_"), name)):
        for entry in json.loads((EXAMPLES / f"{file}.json").read_text())["entries"]:
            route = contract.asked(entry["request"]["method"], entry["request"]["path"])
            is_ours = entry["name"] in floor.get(file, ())
            if route is not None and is_ours and entry["response"]["status"] in (200, 201, 202):
                method = route[0].lower()
                if (method, _shape(route[1])) in ours:
                    yield method, ours[method, _shape(route[1])], entry


def examples() -> dict[str, Entry]:
    """Return "post /admin/regions" -> what was asked and answered."""
    app = create_app(Settings(jwt_secret="x" * 32))
    entries: dict[tuple[str, str], list[Entry]] = {}
    for method, path, entry in successes(app):
        entries.setdefault((method, path), []).append(entry)
    endpoints, known = routes(app), {area: _known(app, area) for area in ("store", "admin")}
    return {
        f"{method} {path}": _shown(path, endpoints[method, path], found, known.get(path.split("/")[1], {}))
        for (method, path), found in sorted(entries.items())
    }


def _shown(path: str, route: RouteContext, entries: list[Entry], known: Known) -> Entry:
    request, response = entries[0]["request"], entries[0]["response"]
    shown: Entry = {"status": response["status"]}
    body = request.get("body")
    if isinstance(body, dict) and "{{" not in json.dumps(body) and not any("multipart" in key for key in body):
        shown["request"] = cut(body)
    if isinstance(response["body"], dict | list):
        shown["response"] = cut(response["body"])
    answers = [*[entry["response"]["body"] for entry in entries], *UNRECORDED.get(path, ())]
    components = Components()
    described = answer_of(path, named(route), components)
    loose = described and {key: value for key, value in described.items() if key != "required"}
    if _fits(described, components, answers):
        return shown
    if _fits(loose, components, answers):  # what is not there is answered by an empty object
        shown["schema"] = loose
    else:
        shown["schema"] = schema_of(answers)
        for key, schema in known.items():
            if key in shown["schema"].get("properties", {}):
                rows = [answer[key] for answer in answers if key in answer]
                made = Components()
                if _fits(schema(made), made, rows):
                    shown["schema"]["properties"][key] = schema(made)
    return shown


def _fits(schema: Schema | None, components: Components, answers: list[Any]) -> bool:
    document = {"components": {"schemas": components.schemas}}
    return schema is not None and not any(misfits(document, schema, answer) for answer in answers)


def _known(app: FastAPI, area: str) -> Known:
    """Return key of an answer -> what has it in other answers of the area: `order`, `orders`."""
    found: Known = {}
    for (_, path), route in routes(app).items():
        if path.startswith(f"/{area}/"):
            for resource in named(route).resources:
                found[resource.key] = lambda made, row=resource: made.ref(area, row)
                found[resource.plural] = lambda made, row=resource: {"type": "array", "items": made.ref(area, row)}
    return found


def cut(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the value with one element a list, without the twins of amounts and long texts."""
    if isinstance(value, dict):
        return {key: cut(below) for key, below in value.items() if not key.startswith("raw_")}
    if isinstance(value, list):
        return [cut(one) for one in value[:1]]
    return value[:LONGEST] if isinstance(value, str) else value


def _shape(path: str) -> str:
    return re.sub(r":\w+|\{\w+\}", "*", path)


def text() -> str:
    """Return what the file must say."""
    lines = (f"{json.dumps(name)}: {json.dumps(shown, ensure_ascii=False)}" for name, shown in examples().items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        FILE.write_text(text(), encoding="utf-8")
    else:
        sys.stdout.write(text())
