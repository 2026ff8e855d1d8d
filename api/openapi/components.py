"""The schemas of what routes answer, made of the resources: their columns, and what they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kit.query import Fragment, Kind, Resource
from kit.query.columns import RAW

Schema = dict[str, Any]

TYPES: Final[Mapping[Kind, Schema]] = {
    Kind.TEXT: {"type": ["string", "null"]},
    Kind.MOMENT: {"type": ["string", "null"], "format": "date-time"},
    Kind.NUMBER: {"type": ["number", "null"]},
    Kind.INTEGER: {"type": ["integer", "null"]},
    Kind.BOOLEAN: {"type": ["boolean", "null"]},
    Kind.JSON: {},
}
TWIN: Final[Schema] = {
    "type": ["object", "null"],
    "description": "The amount as text, to 20 significant digits.",
    "properties": {"value": {"type": "string"}, "precision": {"type": "integer"}},
}
BARE: Final = frozenset({"StoreProductCategory"})  # a product shows its categories unasked as `{}`, as the peer's does
PAGE: Final[Schema] = {
    "count": {"type": "integer", "description": "How many there are in all."},
    "offset": {"type": "integer"},
    "limit": {"type": "integer"},
}
GONE: Final[Schema] = {"id": {"type": "string"}, "object": {"type": "string"}, "deleted": {"type": "boolean"}}


class Components:
    """Schemas by name; resources over one table in one area share a schema that has the names of all."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}
        self._seen: set[tuple[str, Resource]] = set()

    def ref(self, area: str, resource: Resource) -> Schema:
        """Return the reference to the schema of a resource's rows, which is made with all that it leads to."""
        name = f"{area.capitalize()}{_name(resource)}"
        if (area, resource) not in self._seen:
            self._seen.add((area, resource))
            sure = [] if name in BARE else _sure(resource)
            made = self.schemas.setdefault(name, {"type": "object", "properties": {}, "required": sure})
            own = {str(key): _twin_or(key, column.kind) for key, column in resource.columns.items()}
            made["properties"] = {**own, **self._relations(area, resource), **made["properties"]}
            made["required"] = [key for key in made["required"] if key in sure]
            made["properties"] |= {key: {"type": "string"} for key in made["required"]}
        return {"$ref": f"#/components/schemas/{name}"}

    def _relations(self, area: str, resource: Resource) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        for name, relation in resource.links.items():
            target = self.ref(area, relation.target())
            found[name] = (
                {"type": "array", "items": target} if relation.is_many else {"anyOf": [target, {"type": "null"}]}
            )
        return found


def _sure(resource: Resource) -> list[str]:
    """Return the key of the rows where no choice of fields takes it away."""
    return [str(name) for name in resource.primary_key if name in resource.always and name in resource.comes_along]


def _twin_or(name: str, kind: Kind) -> Schema:
    return TWIN if name.startswith(RAW) else dict(TYPES[kind])


def _name(resource: Resource) -> str:
    if isinstance(resource.source, Fragment):
        return resource.key.title().replace("_", "")
    source = resource.source
    return source.__name__ if isinstance(source, type) else source.name.title().replace("_", "")
