"""Reading: a request in, the answer's JSON text out; no row becomes a Python object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from kit import db
from kit.query.compiler import Shape, compile_list, compile_one, compile_page, compile_rows
from kit.query.counting import finding
from kit.query.request import Request
from kit.query.resource import Resource
from kit.query.selection import Selection

NO_PARAMS: Final[Mapping[str, object]] = {}


async def fetch_list(
    on: AsyncConnection | AsyncSession,
    resource: Resource,
    request: Request,
    *,
    where: Sequence[str],
    params: Mapping[str, object] = NO_PARAMS,
) -> str:
    """Return `{plural: [...], "count": n, "offset": n, "limit": n}` as JSON text, by two statements (one for limit 0).

    `where` is the scope, soft deletion included: SQL over `{t}` with `:name` parameters out of `params`.
    Errors: invalid_data when the order names nothing to sort by.
    """
    params = {**resource.params, **params}
    shape = Shape(tuple(where), request.narrowing.terms, request.order, frozenset(params))
    listing, bound = compile_list(resource, shape), {**params, "limit": request.limit, "offset": request.offset}
    keyless = None if listing.keys else compile_page(resource, request.selection, shape)
    asked = finding(on, listing, listing.bind(bound, request.narrowing.values))
    count, keys = asked.settle(await db.one(on, asked.sql, *asked.params))
    page = "[]"
    if keyless is None:
        page = await fetch_rows(on, resource, request.selection, keys, params)
    elif request.limit and request.offset < count:
        page = await db.value(on, keyless.sql, *keyless.bind(bound, request.narrowing.values))
    return f'{{"{resource.plural}":{page},"count":{count},"offset":{request.offset},"limit":{request.limit}}}'


async def fetch_rows(
    on: AsyncConnection | AsyncSession,
    resource: Resource,
    selection: Selection,
    keys: Sequence[str],
    params: Mapping[str, object] = NO_PARAMS,
) -> str:
    """Return the rows `keys`, in their order, as the JSON text of an array; what has gone since is left out."""
    if not keys:
        return "[]"
    statement = compile_rows(resource, selection, frozenset(params))
    found: str = await db.value(on, statement.sql, *statement.bind({**params, "keys": list(keys)}))
    return found


async def fetch_all(
    on: AsyncConnection | AsyncSession,
    resource: Resource,
    selection: Selection,
    *,
    where: Sequence[str],
    params: Mapping[str, object] = NO_PARAMS,
) -> str:
    """Return every row in scope as the JSON text of an array, by one statement: for answers that have no pages."""
    params = {**resource.params, **params}
    statement = compile_page(resource, selection, Shape(tuple(where), given=frozenset(params)))
    found: str = await db.value(on, statement.sql, *statement.bind({**params, "limit": None, "offset": 0}))
    return found


async def fetch_one(
    on: AsyncConnection | AsyncSession,
    resource: Resource,
    selection: Selection,
    *,
    where: Sequence[str],
    params: Mapping[str, object] = NO_PARAMS,
) -> str | None:
    """Return `{key: {...}}` as JSON text by one statement, or None when no row is in scope.

    `where` says which row, and in what scope: `["{t}.id = :id", LIVE]`. In a transaction it sees that transaction's
    writes, so it projects the answer of a write.
    """
    found = await fetch_object(on, resource, selection, where=where, params=params)
    return None if found is None else f'{{"{resource.key}":{found}}}'


async def fetch_object(
    on: AsyncConnection | AsyncSession,
    resource: Resource,
    selection: Selection,
    *,
    where: Sequence[str],
    params: Mapping[str, object] = NO_PARAMS,
) -> str | None:
    """Return the object alone as JSON text, for answers that put it beside others; None when no row is in scope."""
    params = {**resource.params, **params}
    statement = compile_one(resource, selection, Shape(tuple(where), given=frozenset(params)))
    found: str | None = await db.value(on, statement.sql, *statement.bind(params))
    return found
