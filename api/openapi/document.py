"""The description as a whole: FastAPI's paths and bodies, completed by what the routes and resources tell."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import deps
from api.openapi.components import GONE, PAGE, Components, Schema
from api.openapi.examples import examples
from api.openapi.parameters import parameters_of
from api.openapi.routes import Named, named, routes
from api.openapi.security import SCHEMES, security_of

ABOUT: Final = (
    "A headless commerce engine that speaks Medusa v2's HTTP API. Operation ids are Medusa's: area, method, path "
    "(`AdminGetProductsId`). What an answer shows is decided by `fields`, so most of its names may be absent."
)
AREAS: Final = ("store", "admin", "auth", "hooks", "cloud")
ERROR: Final[Schema] = {
    "type": "object",
    "description": "What went wrong; a door's 401 has the message alone.",
    "properties": {
        "type": {"type": "string"},
        "message": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "string"}, "description": "Several faults of a request."},
    },
    "required": ["message"],
}
LAYOUT: Final[Schema] = {
    "type": "object",
    "properties": {
        "active_scope": {"type": "string", "enum": ["personal", "default"]},
        "personal_configuration": {"type": ["object", "null"]},
        "default_configuration": {"type": ["object", "null"]},
    },
    "required": ["active_scope", "personal_configuration", "default_configuration"],
}
BY_HAND: Final = {  # what neither its doors tell nor a recording
    "get /admin/layouts/{zone}/configuration": LAYOUT,
    "post /admin/layouts/{zone}/configuration": LAYOUT,
    "delete /admin/layouts/{zone}/configuration": {"type": "object", "properties": {"success": {"type": "boolean"}}},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the application."""
    made = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
    components, found = Components(), routes(app)
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            told = named(found[method, path])
            operation.update(_about(method, path), security=security_of(found[method, path]))
            operation["parameters"] = [*operation.get("parameters", ()), *parameters_of(path, told)]
            if _area(path) in AREAS:
                operation["responses"] = _responses(method, path, told, components)
            _show_request(operation, f"{method} {path}")
    schemas = {**made["components"]["schemas"], **components.schemas, "Error": ERROR}
    for name in ("HTTPValidationError", "ValidationError"):  # ours are of another form
        schemas.pop(name, None)
    made["components"] = {"schemas": schemas, "securitySchemes": SCHEMES}
    made["tags"] = [{"name": name} for name in _tags(made["paths"])]
    return made


def _about(method: str, path: str) -> Schema:
    area, rest = _area(path), path.strip("/").split("/")[1:]
    names = [re.sub(r"\W+", " ", part).title().replace(" ", "").replace("_", "") for part in (area, *rest)]
    noun = [part.replace("-", " ") for part in rest[:1] if "{" not in part]
    tag = " ".join((area, *noun)).title() if area in AREAS else "Health"
    return {
        "operationId": "".join((names[0], method.capitalize(), *names[1:])),
        "tags": [tag],
    }


def _area(path: str) -> str:
    return path.split("/")[1]


def _tags(paths: dict[str, Any]) -> list[str]:
    """Return the tags by area, the storefront's first."""
    tags = {operation["tags"][0] for operations in paths.values() for operation in operations.values()}
    order = [area.title() for area in AREAS]
    return sorted(tags, key=lambda tag: (order.index(tag.split()[0]) if tag.split()[0] in order else 9, tag))


def _responses(method: str, path: str, found: Named, components: Components) -> Schema:
    name = f"{method} {path}"
    example = examples().get(name, {})
    schema = BY_HAND.get(name) or example.get("schema") or answer_of(path, found, components) or {}
    content: Schema = {"schema": schema}
    if "response" in example:
        content["example"] = example["response"]
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}, "text/html": {}}
    return {
        str(example.get("status", 200)): {"description": "Done.", "content": {"application/json": content}},
        "default": {"description": "Refused.", "content": error},
    }


def answer_of(path: str, found: Named, components: Components) -> Schema | None:
    """Return the schema that a door's answer has; None for a route without one."""
    refs = [components.ref(_area(path), resource) for resource in found.resources]
    if not refs:
        return _object(GONE) if deps.deleted in found.doors else None
    resource, ref = found.resources[0], refs[0]
    rows: Schema = {"type": "array", "items": ref}
    if found.is_list(path):
        return _object({resource.plural: rows, **PAGE})
    if deps.batched in found.doors:
        gone = {"ids": {"type": "array", "items": {"type": "string"}}, "object": {"type": "string"}}
        return _object({"created": rows, "updated": rows, "deleted": _object({**gone, "deleted": {"type": "boolean"}})})
    if deps.deleted_below in found.doors:
        return _object({**GONE, "parent": ref})
    return _object({resource.key: ref})


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _show_request(operation: Schema, name: str) -> None:
    example = examples().get(name, {}).get("request")
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None and example is not None:
        content["example"] = example
