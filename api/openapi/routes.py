"""What a route answers, read off the names in its code: the doors of api/deps.py it goes through, and the resources.

A route hands its resource to a door inside of its body, where FastAPI does not see it. Told once more in a decorator it
would be told twice, and the description could lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from api import deps
from kit import query
from kit.query import Resource

LISTS: Final[frozenset[Callable[..., Any]]] = frozenset({deps.read, query.read_list})
ONES: Final[frozenset[Callable[..., Any]]] = frozenset({deps.read_one, query.read_one, deps.shown})
DOORS: Final = (
    LISTS
    | ONES
    | {
        *(deps.write, deps.start),
        *(deps.deleted, deps.deleted_below, deps.batched),
    }
)
NEAR: Final = ("api.",)
FAR: Final = ("api.", "queries.")  # where a read that is no plain one is put together
DEPTH: Final = 2  # functions that stand between a route and its doors


@dataclass
class Named:
    """The doors and the resources that a route names, in their order."""

    doors: set[Callable[..., Any]] = field(default_factory=set)
    resources: list[Resource] = field(default_factory=list)

    def is_list(self, path: str) -> bool:
        """Whether it answers a page of rows; some single reads take the list's parameters, too."""
        return not self.doors.isdisjoint(LISTS) and (self.doors.isdisjoint(ONES) or not path.endswith("}"))

    @property
    def is_change(self) -> bool:
        """Whether it goes through a door that takes an `Idempotency-Key`."""
        return not self.doors.isdisjoint((deps.write, deps.start))


def routes(app: FastAPI) -> Mapping[tuple[str, str], RouteContext]:
    """Return the route of each method, in small letters, and path."""
    return {
        (method.lower(), str(context.path)): context
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if context.endpoint is not None
    }


def named(route: RouteContext) -> Named:
    """Return what the route's function names, and what those that it calls name."""
    found = Named()
    for where in (NEAR, FAR):
        if isinstance(route.endpoint, FunctionType) and not found.resources:
            _gather(route.endpoint, found, where, set(), DEPTH)
    return found


def _gather(function: FunctionType, found: Named, where: tuple[str, ...], seen: set[FunctionType], depth: int) -> None:
    seen.add(function)
    for name in dict.fromkeys(_names(function.__code__)):
        value = function.__globals__.get(name)
        if isinstance(value, Resource):
            found.resources += [] if value in found.resources else [value]
        elif isinstance(value, FunctionType):
            if any(value is door for door in DOORS):
                found.doors.add(value)
            elif value.__module__.startswith(where) and value not in seen and depth:
                _gather(value, found, where, seen, depth - 1)
        elif isinstance(value, type) and value.__module__.startswith(where) and depth:
            for method in vars(value).values():
                if isinstance(method, FunctionType) and method not in seen:
                    _gather(method, found, where, seen, depth - 1)


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that a function and the functions inside of it look up, in the order of the text."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
