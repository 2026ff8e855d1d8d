"""The doors between a route and the database: read one or many, write in one transaction, start a workflow once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.state import state_of
from kit import idempotency, query
from kit.errors import invalid_data, not_found
from kit.idempotency import Answered, Claim
from kit.rows import Batch

T = TypeVar("T")
JsonValue = str | Mapping[str, Any]

Projection = Callable[[AsyncSession, T], Awaitable[str]]  # what an operation returned -> the answer's JSON text

NO_PARAMS: Final[Mapping[str, object]] = {}
LONGEST_KEY: Final = 255


def json_text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return `value` as JSON text without blanks, as the database writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_answer(body: str, status: int = 200) -> Response:
    """Return JSON text as it is."""
    return Response(body, status, media_type="application/json")


async def read(
    request: Request, resource: query.Resource, *, where: Sequence[str], params: Mapping[str, object] = NO_PARAMS
) -> Response:
    """Answer a list as the query string asks for it; `where` is the scope, as kit/query's `fetch_list` takes it."""
    asked = query.read_list(resource, request.query_params.multi_items())
    async with state_of(request).database.reading() as connection:
        scope = asked.scope(where)
        return json_answer(await query.fetch_list(connection, resource, asked, where=scope, params=params))


async def read_one(
    request: Request,
    resource: query.Resource,
    id_: str,
    *,
    where: Sequence[str],
    params: Mapping[str, object] = NO_PARAMS,
    missing: str | None = None,
    as_list: bool = False,
) -> Response:
    """Answer the row `id_` if it is in the scope `where`; `missing` is the sentence of the 404.

    `as_list`: the route takes a list's parameters (kit/query's `read_one`).
    """
    asked = query.read_one(resource, request.query_params.multi_items(), as_list=as_list)
    (key,) = resource.primary_key  # `code` of currencies
    scope, bound = [f"{{t}}.{key} = :id", *asked.scope(where)], {**params, "id": id_}
    async with state_of(request).database.reading() as connection:
        found = await query.fetch_one(connection, resource, asked.selection, where=scope, params=bound)
    if found is None:
        raise not_found(missing or f"{resource.key.replace('_', ' ').capitalize()} with {key}: {id_} was not found")
    return json_answer(found)


async def write(
    request: Request,
    operation: Callable[[AsyncSession], Awaitable[T]],
    *,
    then: Projection[T],
    again: Projection[str] | None = None,
    status: int = 200,
) -> Response:
    """Run `operation` in one transaction and answer what `then` makes of its result, once it is committed.

    Run again when it lost a race, so neither may do anything but write to the session. With an `Idempotency-Key` the
    answer is committed beside the effect, and the same request is answered by it for 24 h; a refused write leaves
    nothing behind and runs again. An answer that holds a secret is not kept: `again` shows a replay what the id that
    was written names. Errors: what `operation` raises, and those of kit/idempotency and `transact`.
    """
    claim = await _claim(request)

    async def work(session: AsyncSession) -> tuple[str, int]:
        known = await idempotency.claim(session, claim) if claim is not None else None
        if known is not None and known.status is not None:
            return await _replayed(session, known, again), known.status
        result = await operation(session)
        await session.flush()  # the projection is driver SQL, which does not flush by itself
        body = await then(session, result)
        if claim is not None:
            about = (body, None) if again is None else (None, _id_of(result))
            await idempotency.remember(session, claim, status, *about)
        return body, status

    return json_answer(*await state_of(request).database.transact(work))


async def start(
    request: Request,
    workflow_id: str,
    run: Callable[[str], Awaitable[str | Response]],
    *,
    body: Callable[[], Awaitable[bytes]] | None = None,
    alone_for: timedelta | None = None,
) -> Response:
    """Let `run` start the workflow `workflow_id`, or attach to it, and answer; or act outside of the database by it.

    With an `Idempotency-Key` the id is committed first, so that a replay runs with the same id and attaches. `run`
    returns JSON text that is final, which is kept for replays, or a Response that is not (a decline, no decision yet):
    then the same key asks again. `workflow_id` may differ between replays; the first one counts. `body` returns what
    was asked for where the request's own body is read already. `alone_for`: how long a run that nobody can attach to
    may take; meanwhile the key is in flight.
    """
    claim = await _claim(request, body)
    if claim is None:
        return _final(await run(workflow_id))
    database = state_of(request).database
    known = await database.transact(
        lambda session: idempotency.attach(session, claim, workflow_id, alone_for=alone_for)
    )
    if known.body is not None and known.status is not None:
        return json_answer(known.body, known.status)
    try:
        told = await run(known.workflow_id or workflow_id)
        if isinstance(told, str):
            await database.transact(lambda session: idempotency.remember(session, claim, 200, told))
    except Exception:
        if alone_for is not None:
            await database.transact(lambda session: idempotency.let_go(session, claim))
        raise
    return _final(told)


def shown(
    request: Request,
    resource: query.Resource,
    *,
    where: Sequence[str] = (query.LIVE,),
    params: Mapping[str, object] = NO_PARAMS,
) -> Projection[Any]:
    """Return the projection of an operation that returns a row or its id: the row, with the `fields` asked for.

    The query string is read now, so that a bad one is refused before anything is written.
    """
    asked = query.read_one(resource, request.query_params.multi_items())

    async def project(session: AsyncSession, written: Any) -> str:  # noqa: ANN401 - a row or its id
        id_ = _id_of(written)
        scope, bound = ["{t}.id = :id", *where], {**params, "id": id_}
        found = await query.fetch_one(session, resource, asked.selection, where=scope, params=bound)
        if found is None:
            raise LookupError(f"{id_} was written, but is outside of the scope it is shown in")
        return found

    return project


def deleted(name: str) -> Projection[str]:
    """Return the projection of an operation that returns the id of what it deleted."""

    async def project(_session: AsyncSession, id_: str) -> str:
        return json_text({"id": id_, "object": name, "deleted": True})

    return project


def deleted_below(
    request: Request, name: str, id_: JsonValue, parent: query.Resource, *, params: Mapping[str, object] = NO_PARAMS
) -> Projection[Any]:
    """Return the projection of an operation that deleted `id_` below a row, and returns that row or its id.

    The row is the answer's `parent` (contract section 1), with the `fields` asked for.
    """
    above = shown(request, parent, params=params)

    async def project(session: AsyncSession, written: Any) -> str:  # noqa: ANN401 - a row or its id
        told = json_text({"id": id_, "object": name, "deleted": True})
        text = (await above(session, written)).removeprefix(f'{{"{parent.key}":')
        return f'{told.removesuffix("}")},"parent":{text}'

    return project


def batched(
    request: Request,
    resource: query.Resource,
    name: str,
    *,
    where: Sequence[str] = (query.LIVE,),
    params: Mapping[str, object] = NO_PARAMS,
) -> Projection[Batch]:
    """Return the projection of a batch: the rows it made and changed, the ids of those it deleted.

    By two statements, whatever the size of the batch.
    """
    asked = query.read_one(resource, request.query_params.multi_items())

    async def rows(session: AsyncSession, ids: Sequence[str]) -> str:
        scope, bound = ["{t}.id = ANY(:ids::text[])", *where], {**params, "ids": list(ids)}
        return await query.fetch_all(session, resource, asked.selection, where=scope, params=bound) if ids else "[]"

    async def project(session: AsyncSession, batch: Batch) -> str:
        gone = json_text({"ids": batch.deleted, "object": name, "deleted": True})
        created, updated = await rows(session, batch.created), await rows(session, batch.updated)
        return f'{{"created":{created},"updated":{updated},"deleted":{gone}}}'

    return project


def _id_of(written: Any) -> str:  # noqa: ANN401 - a row or its id
    return written if isinstance(written, str) else str(written.id)


async def _replayed(session: AsyncSession, known: Answered, again: Projection[str] | None) -> str:
    if again is not None and known.resource_id is not None:
        return await again(session, known.resource_id)
    return known.body or ""


def _final(told: str | Response) -> Response:
    return json_answer(told) if isinstance(told, str) else told


async def _claim(request: Request, body: Callable[[], Awaitable[bytes]] | None = None) -> Claim | None:
    """Return the use of an `Idempotency-Key` that the request makes, or None; `invalid_data` for a bad key."""
    header = request.headers.get("idempotency-key")
    if header is None:
        return None
    key = header.strip().removeprefix('"').removesuffix('"')  # the draft quotes it, most clients do not
    if not 0 < len(key) <= LONGEST_KEY:
        raise invalid_data(f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    asked = f"{request.url.query}\n".encode() + await (body or request.body)()
    scope = f"{request.state.actor.scope} {request.method} {request.url.path}"
    return Claim(scope, key, hashlib.sha256(asked).hexdigest())
