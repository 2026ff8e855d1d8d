"""The routes of the contract (endpoints.csv), and which of them an application has."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.contract.reference import CONTRACT

Route = tuple[str, str]  # GET, /admin/regions/:id


def contract_routes() -> list[Route]:
    with (CONTRACT / "endpoints.csv").open(newline="") as file:
        return [(row["method"], row["path"]) for row in csv.DictReader(file)]


class Routes:
    """Tells for a request which route of the contract it asks, and whether the application has that route."""

    def __init__(self, app: FastAPI | None, known: Iterable[Route]) -> None:
        self._known = [(method, path, _pattern(path)) for method, path in sorted(known, key=_by_detail)]
        self._had = {(method, _shape(path)) for path, methods in (_served(app) if app else ()) for method in methods}

    def asked(self, method: str, path: str) -> Route | None:
        """Return the contract's route, or None where the contract has none; a literal part beats a parameter."""
        bare = path.partition("?")[0]
        return next(((how, where) for how, where, form in self._known if how == method and form.fullmatch(bare)), None)

    def missing(self, method: str, path: str) -> str | None:
        """Return the route of the contract that the request asks and the application lacks, as "GET /admin/x"."""
        route = self.asked(method, path)
        return None if route is None or self.has(route) else " ".join(route)

    def has(self, route: Route) -> bool:
        return (route[0], _shape(route[1])) in self._had


def _served(app: FastAPI) -> Iterable[tuple[str, set[str]]]:
    for context in iter_route_contexts(app.routes):
        yield context.path, context.methods or set()


def _by_detail(route: Route) -> list[bool]:
    return [part.startswith(":") for part in route[1].split("/")]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("/".join("[^/]+" if part.startswith(":") else re.escape(part) for part in path.split("/")))


def _shape(path: str) -> str:
    """Return the path with its parameters unnamed: `/admin/regions/*`."""
    return re.sub(r":\w+|\{\w+(:\w+)?\}", "*", path)
