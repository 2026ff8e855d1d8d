"""The parameters of a route: `fields`, paging, order, the resource's filters, and the `Idempotency-Key` of a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from api import deps
from api.openapi.components import Schema
from api.openapi.routes import ONES, Named
from kit.query import Filter, Kind, Resource

TYPES: Final[Mapping[Kind, Schema]] = {
    Kind.TEXT: {"type": "string"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.NUMBER: {"type": "number"},
    Kind.INTEGER: {"type": "integer"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.JSON: {},
}
LISTS: Final = ("$in", "$nin")
OPERATORS: Final = ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte")
TEXTUAL: Final = ("$like", "$ilike", "$re", "$contains")
COMBINE: Final = ("$and", "$or")
FIELDS: Final = (
    "What to show: names, `*relation`, dots for what lies deeper. Names with `+` or `-` change the route's own choice, "
    "names without take its place."
)
KEY: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and request are answered by the first answer, for 24 h.",
    "schema": {"type": "string", "minLength": 1, "maxLength": deps.LONGEST_KEY},
}
READS: Final[tuple[Callable[..., Any], ...]] = (
    *ONES,
    *(deps.deleted_below, deps.batched),
)


def parameters_of(path: str, found: Named) -> list[Schema]:
    """Return the parameters that are not in the path."""
    made: list[Schema] = []
    resource = next(iter(found.resources), None)
    if resource is not None and found.is_list(path):
        made += _of_list(resource)
    elif resource is not None and not found.doors.isdisjoint(READS):
        made += [_fields(resource), *(_query(name, {}) for name in resource.accepts)]
    return [*made, KEY] if found.is_change else made


def _of_list(resource: Resource) -> Iterator[Schema]:
    yield _fields(resource)
    whole = {"type": "integer", "minimum": 0}
    yield _query("limit", {**whole, "default": resource.limit}, "How many at most.")
    yield _query("offset", {**whole, "default": 0}, "How many to pass over.")
    yield _query("order", {"type": "string"}, "A name to sort by; with `-` before it from the last to the first.")
    if resource.with_deleted:
        yield _query("with_deleted", {"type": "boolean"}, "Show what was deleted, too.")
    for name, filter_ in resource.narrowed_by.items():
        yield _filter(name, filter_)
    for name in COMBINE if resource.combines else ():
        told = f"Filters of which {'all' if name == '$and' else 'one'} must hold: `{name}[0][id]=...`"
        yield {**_query(name, {"type": "array", "items": {"type": "object"}}, told), "style": "deepObject"}
    for name in resource.accepts:
        yield _query(name, {})


def _fields(resource: Resource) -> Schema:
    told = FIELDS
    if resource.allowed is not None:
        told += f" This route takes its own and: {', '.join(resource.allowed) or 'no others'}."
    schema = {"type": "string", "default": ",".join(resource.defaults)}
    return _query("fields", schema, told)


def _filter(name: str, filter_: Filter) -> Schema:
    """Return the parameter of a filter: a value, a list by repeating it, or an object of operators."""
    first, *rest = name.split(".")
    spelled = first + "".join(f"[{part}]" for part in rest)
    value = dict(TYPES[filter_.kind])
    if filter_.values:
        value["enum"] = list(filter_.values)
    if filter_.seeks:
        return _query(spelled, value, "Looks for this text, whatever its case.")
    if filter_.operators:
        plain = (*OPERATORS, *TEXTUAL) if filter_.kind is Kind.TEXT else OPERATORS
        objects = dict.fromkeys(plain, value) | {name: {"type": "array", "items": value} for name in LISTS}
        schema = {"type": "object", "properties": objects, "additionalProperties": False}
        told = "Operators; a plain value means `$eq`."
        return {**_query(spelled, schema, told), "style": "deepObject", "explode": True}
    about = "`null` finds those without." if filter_.nullable else None
    if filter_.takes == "one":
        return _query(spelled, value, about)
    return _query(spelled, {"type": "array", "items": value}, about)


def _query(name: str, schema: Schema, told: str | None = None) -> Schema:
    described = {"description": told} if told else {}
    return {"name": name, "in": "query", **described, "schema": schema}
