"""Real traffic held against a vendor's own OpenAPI file (3.0 or 3.1): requests closed, answers open.

A request must not have a key that the vendor does not describe; an answer may, since vendors add some. Where a file is
wrong or older than what we speak, a waiver names the place and the reason; the checker itself is never loosened.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import jsonschema_rs

from tests.support.spec_waivers import WAIVERS, Waiver

Schema = dict[str, Any]
FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "provider-specs"
METHODS: Final = ("get", "post", "put", "patch", "delete")
FORM: Final = "application/x-www-form-urlencoded"
ALTERNATIVES: Final = ("allOf", "anyOf")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the vendor's description does not have; `place` is such as `body.amount` or `query.limit`."""

    operation: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.operation} {self.place}: {self.what}"


class Spec:
    """One vendor's API as its own file describes it; half a second to load, so keep it."""

    def __init__(self, document: Schema, waivers: Iterable[Waiver] = ()) -> None:
        self._document = _normalised(document)
        self._waivers = tuple(waivers)
        closed = copy.deepcopy(self._document)
        for schema in closed.get("components", {}).get("schemas", {}).values():
            self._close_below(schema)
        self._registry = jsonschema_rs.Registry([("urn:open", self._document), ("urn:closed", closed)])
        self._validators: dict[tuple[int, bool], jsonschema_rs.Draft202012Validator] = {}
        paths = sorted(self._document["paths"], key=lambda path: path.count("{"))  # `/a/search` before `/a/{id}`
        self._routes = [(_pattern(path), path) for path in paths]

    def operations(self) -> Iterator[tuple[str, str]]:
        """Yield (method, path template) of all that is described."""
        for path, item in self._document["paths"].items():
            yield from ((method.upper(), path) for method in METHODS if method in item)

    def request(
        self, method: str, path: str, *, query: str = "", body: bytes = b"", content_type: str = ""
    ) -> list[Fault]:
        """Return what is wrong with a request; an empty list when nothing is."""
        found = self._find(method, path)
        if found is None:
            return [Fault(f"{method.upper()} {path}", "path", "no such operation")]
        name, operation, shared = found
        faults = list(self._body(operation, body, content_type.split(";", maxsplit=1)[0].strip()))
        parameters = [self._resolved(one) for one in (*operation.get("parameters", ()), *shared)]
        known = {one["name"]: one.get("schema", {}) for one in parameters if one["in"] == "query"}
        for key, text in unflattened(parse_qsl(query, keep_blank_values=True)).items():
            place = f"query.{key}"
            if key not in known:
                faults.append((place, "unknown"))
            else:
                faults += self._misfits(self._coerced(text, known[key]), known[key], place, closed=True)
        return self._left(name, faults)

    def response(self, method: str, path: str, status: int, answer: Any) -> list[Fault]:  # noqa: ANN401 - JSON
        """Return what is wrong with an answer's status and JSON; an empty list when nothing is."""
        found = self._find(method, path)
        if found is None:
            return [Fault(f"{method.upper()} {path}", "path", "no such operation")]
        name, operation, _ = found
        described = operation["responses"]
        kinds = (str(status), f"{str(status)[0]}XX", "default")
        response = next((described[kind] for kind in kinds if kind in described), None)
        if response is None:
            return self._left(name, [(f"answer {status}", "this status is not described")])
        contents = self._resolved(response).get("content", {})
        schema = next((one.get("schema") for kind, one in contents.items() if "json" in kind), None)
        if schema is None:
            return []
        return self._left(name, self._misfits(answer, schema, f"answer {status}", closed=False))

    def schema(self, name: str, value: Any) -> list[Fault]:  # noqa: ANN401 - JSON
        """Return what is wrong with a value as one of the components' schemas, such as what a webhook carries."""
        schema = self._document["components"]["schemas"][name]
        return self._left(name, self._misfits(value, schema, "value", closed=False))

    def _left(self, operation: str, faults: Iterable[tuple[str, str]]) -> list[Fault]:
        found = [Fault(operation, place, what) for place, what in faults]
        return [fault for fault in found if not any(_waives(waiver, fault) for waiver in self._waivers)]

    def _find(self, method: str, path: str) -> tuple[str, Schema, list[Schema]] | None:
        for pattern, template in self._routes:
            item = self._document["paths"][template]
            if pattern.fullmatch(path) and method.lower() in item:
                return f"{method.upper()} {template}", item[method.lower()], item.get("parameters", [])
        return None

    def _body(self, operation: Schema, body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
        described = self._resolved(operation.get("requestBody", {}))
        contents = described.get("content", {})
        if not body:
            if described.get("required"):
                yield "body", "missing"
            return
        if content_type not in contents:
            yield "content-type", f"{content_type!r} is none of {list(contents)}"
            return
        schema = contents[content_type].get("schema", {})
        value: Any
        if content_type == FORM:
            value = self._coerced(unflattened(parse_qsl(body.decode(), keep_blank_values=True)), schema)
        else:
            value = json.loads(body)
        yield from self._misfits(value, schema, "body", closed=True)

    def _misfits(self, value: Any, schema: Schema, place: str, *, closed: bool) -> list[tuple[str, str]]:  # noqa: ANN401 - JSON
        found: list[tuple[str, str]] = []
        for error in self._validator(schema, closed=closed).iter_errors(value):
            found += _told(error, place)
        return found

    def _validator(self, schema: Schema, *, closed: bool) -> jsonschema_rs.Draft202012Validator:
        key = (id(schema), closed)
        if key not in self._validators:
            own = copy.deepcopy(schema)
            if closed:
                self._close(own)
            home = "urn:closed" if closed else "urn:open"
            own = json.loads(json.dumps(own).replace('"#/', f'"{home}#/'))
            self._validators[key] = jsonschema_rs.Draft202012Validator(own, registry=self._registry)
        return self._validators[key]

    def _resolved(self, schema: Any) -> Any:  # noqa: ANN401 - any part of the document
        while isinstance(schema, dict) and "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].split("#/")[1].split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            schema = found
        return schema

    def _close(self, schema: Any) -> None:  # noqa: ANN401 - any part of the document
        # Closed where a whole value is described, not in the parts of an `allOf`: those know each other's keys not.
        if isinstance(schema, dict):
            if self._has_keys(schema):
                schema["unevaluatedProperties"] = False
            self._close_below(schema)

    def _close_below(self, schema: Schema) -> None:
        below = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
        for part in below:
            self._close(part)
        for word in ALTERNATIVES:
            for part in schema.get(word, []):
                self._close_below(part)

    def _has_keys(self, schema: Any) -> bool:  # noqa: ANN401 - any part of the document
        schema = self._resolved(schema)
        if not isinstance(schema, dict) or schema.get("additionalProperties") is not None:
            return False
        parts = [part for word in ALTERNATIVES for part in schema.get(word, [])]
        return bool(schema.get("properties")) or any(self._has_keys(part) for part in parts)

    def _coerced(self, value: Any, schema: Any) -> Any:  # noqa: ANN401 - the text of a form becomes the schema's types
        schema = self._resolved(schema)
        for alternative in schema.get("anyOf", []):
            tried = self._coerced(value, alternative)
            if self._validator(alternative, closed=False).is_valid(tried):
                return tried
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), None)
        if isinstance(value, str):
            return _read(value, kind)
        if isinstance(value, list):
            return [self._coerced(one, schema.get("items", {})) for one in value]
        if kind == "array" and value and all(key.isdigit() for key in value):
            return [self._coerced(value[key], schema.get("items", {})) for key in sorted(value, key=int)]
        others = schema.get("additionalProperties")
        free = others if isinstance(others, dict) else {}
        return {key: self._coerced(one, schema.get("properties", {}).get(key, free)) for key, one in value.items()}


def load(file: str) -> Spec:
    """Return the spec of a file of tests/data/provider-specs, with its waivers."""
    return Spec(json.loads((FOLDER / file).read_bytes()), WAIVERS.get(file, ()))


def unflattened(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return a form's pairs as nested objects: `a[b][0]=x`, `a[]=x`, and a key that is repeated."""
    found: dict[str, Any] = {}
    for key, text in pairs:
        *parents, last = re.findall(r"[^\[\]]+|\[\]", key)
        there = found
        for part in parents:
            there = there.setdefault(part if part != "[]" else str(len(there)), {})
        if last == "[]":
            there[str(len(there))] = text
        elif last in there:
            before = there[last]
            there[last] = [*(before if isinstance(before, list) else [before]), text]
        else:
            there[last] = text
    return found


def _read(text: str, kind: str | None) -> Any:  # noqa: ANN401 - JSON
    try:
        match kind:
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}.get(text, text)
            case _:
                return text
    except ValueError:
        return text  # what it is not, the schema says


def _told(error: jsonschema_rs.ValidationError, root: str) -> list[tuple[str, str]]:
    place = ".".join([root, *map(str, error.instance_path)])
    kind = error.kind
    kinds = jsonschema_rs.ValidationErrorKind
    if isinstance(kind, kinds.UnevaluatedProperties | kinds.AdditionalProperties):
        return [(f"{place}.{name}", "unknown") for name in kind.unexpected]
    if isinstance(kind, kinds.Required):
        return [(f"{place}.{kind.property}", "missing")]
    if isinstance(kind, kinds.AnyOf):
        # The alternative that was meant: of whatever does not fit it, the least is wrong at its root.
        branch = min(kind.context, key=lambda errors: sum(one.instance_path == error.instance_path for one in errors))
        told = [fault for one in branch for fault in _told(one, root)]
        if told:
            return told
    return [(place, error.message[:200])]


def _waives(waiver: Waiver, fault: Fault) -> bool:
    return fnmatchcase(fault.operation, waiver.operation) and fnmatchcase(fault.place, waiver.place)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", path)
    return re.compile("[^/]+".join(map(re.escape, parts)))


def _normalised(node: Any, *, is_names: bool = False) -> Any:  # noqa: ANN401 - any part of the document
    """Return OpenAPI 3.0's own words as JSON Schema's: exclusive bounds, `nullable`; vendors' `oneOf` overlap."""
    if isinstance(node, list):
        return [_normalised(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: _normalised(one, is_names=key == "properties") for key, one in node.items()}
    if is_names:
        return made
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(made.get(exclusive), bool) and made.pop(exclusive):
            made[exclusive] = made.pop(bound)
    if isinstance(made.get("oneOf"), list):
        made["anyOf"] = [*made.get("anyOf", []), *made.pop("oneOf")]
    if made.get("additionalProperties") is False:
        del made["additionalProperties"]  # closed again at the place of use, so that `allOf` composes
    if made.get("nullable") is True:
        del made["nullable"]
        made = {"anyOf": [made, {"type": "null"}]}
    return made
