"""Every declared resource: each of its names, relations, filters and orders is SQL that PostgreSQL takes."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

import queries
from kit.db import Database
from kit.query import Kind, Resource, Selection, fetch_list, fetch_one, read_list
from kit.query.binding import parameters_in

MODULES = [f"queries.{module.name}" for module in pkgutil.iter_modules(queries.__path__)]
RESOURCES = {
    f"{module}.{name}": found
    for module in MODULES
    for name, found in vars(importlib.import_module(module)).items()
    if isinstance(found, Resource)
    and module not in {"queries.workflow_execution", "queries.file"}  # those are no rows of ours
}
SAMPLES = {
    Kind.TEXT: "x",
    Kind.MOMENT: "2026-11-23T00:00:00Z",
    Kind.NUMBER: "1.5",
    Kind.INTEGER: "1",
    Kind.BOOLEAN: "true",
}


@pytest.fixture(scope="module")
def run(new_database: Callable[[], AbstractContextManager[str]]) -> Iterator[Callable[..., str | None]]:
    """Yield a function that reads from an empty, migrated shop."""
    with new_database() as url, asyncio.Runner() as runner:
        database = Database(url, pool_size=1)

        async def read(fetch: Callable[..., object], *arguments: object, **options: object) -> object:
            async with database.reading() as connection:
                return await fetch(connection, *arguments, **options)  # type: ignore[misc]  # one of kit/query's

        yield lambda *arguments, **options: runner.run(read(*arguments, **options))  # type: ignore[return-value]  # as above
        runner.run(database.close())


def parameters(resource: Resource, depth: int = 4) -> set[str]:
    """Return the names of all parameters that the resource and what it leads to take."""
    names = set[str]().union(*resource.needs.values(), parameters_in(resource.rows))
    if depth:
        for relation in resource.links.values():
            names |= parameters_in(f"{relation.on} {relation.where} {relation.order}")
            names |= parameters(relation.target(), depth - 1)
    return names


@pytest.mark.parametrize("name", RESOURCES)
def test_every_name_and_relation_can_be_read(run: Callable[..., str | None], name: str) -> None:
    resource = RESOURCES[name]
    children = tuple(
        (link, Selection(tuple(relation.target().columns), star=True, children=_stars(relation.target())))
        for link, relation in sorted(resource.links.items())
    )
    selection = Selection(tuple(resource.columns), star=True, children=children)
    params = dict.fromkeys(parameters(resource))
    assert run(fetch_one, resource, selection, where=["false"], params=params) is None


def _stars(resource: Resource) -> tuple[tuple[str, Selection], ...]:
    return tuple((link, Selection(star=True)) for link in sorted(resource.links))


@pytest.mark.parametrize("name", RESOURCES)
def test_every_filter_narrows(run: Callable[..., str | None], name: str) -> None:
    resource = RESOURCES[name]
    params = dict.fromkeys(parameters(resource))
    for filter_name, filter_ in resource.narrowed_by.items():
        forms = {"both": ["", "[]"], "one": [""], "list": ["[]"]}[filter_.takes]
        forms += [f"[{operator}]" for operator in ("$ne", "$nin", "$gte")] if filter_.operators else []
        value = filter_.values[0] if filter_.values else SAMPLES[filter_.kind]
        for form in forms:
            asked = f"$or[0][{filter_name}]{form}" if resource.combines else f"{filter_name}{form}"
            request = read_list(resource, [(asked, value), ("fields", "id")])
            assert run(fetch_list, resource, request, where=[], params=params) is not None


@pytest.mark.parametrize("name", RESOURCES)
def test_every_column_sorts(run: Callable[..., str | None], name: str) -> None:
    resource = RESOURCES[name].but(allowed=None)
    params = dict.fromkeys(parameters(resource))
    stored = [each for each, column in resource.columns.items() if column.kind is not Kind.JSON]
    for column in (*(each for each in stored if each not in resource.computed), *resource.sortable):
        request = read_list(resource, [("order", f"-{column}"), ("fields", "id")])
        assert run(fetch_list, resource, request, where=[], params=params) is not None


# The peer's defaults name an address's region code, which no address has; groups of customers are still to come.
NEVER_ANSWERED = {"shipping_address.region_code", "billing_address.region_code", "customer.groups.id"}


@pytest.mark.parametrize("name", RESOURCES)
def test_defaults_name_what_there_is(name: str) -> None:
    """A default that names nothing is a slip: a reader would miss it without an error."""
    resource = RESOURCES[name]
    named = [each for each in resource.defaults if each not in {"id", "*"} and each not in NEVER_ANSWERED]
    assert not [each for each in named if not _is_known(resource, each)]


def _is_known(resource: Resource, entry: str) -> bool:
    star = entry.startswith("*") or entry.endswith(".*")
    first, _, rest = entry.removeprefix("*").removesuffix(".*").partition(".")
    if first in resource.columns:
        return not rest or resource.columns[first].kind is Kind.JSON
    if first not in resource.links:
        return False
    return _is_known(resource.links[first].target(), "*" * star + rest) if rest else star
