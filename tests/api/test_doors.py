"""The two doors: a write is one transaction with one answer, a workflow is started once per key (design section 4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from httpx2 import AsyncClient
from httpx2 import Response as Answer
from sqlalchemy.ext.asyncio import AsyncSession

from api.actors import Admin, Store
from api.deps import json_answer, json_text, start, write
from api.routing import Router
from commerce.sales_channel.models import SalesChannel
from kit.db import Database, run, value
from kit.errors import not_allowed
from operations.seed.first_start import first_start
from tests.support.statements import recorded_statements

BODY = {"name": "Europe", "currency_code": "eur"}
INSERT = "INSERT INTO region (id, name, currency_code, automatic_taxes) VALUES ($1, 'x', 'eur', true)"
Operation = Callable[[AsyncSession], Awaitable[str]]


@pytest.fixture
def operation(app: FastAPI) -> dict[str, Operation]:
    """Return a dict; `POST /store/write` runs its `run` and answers the result."""
    held: dict[str, Operation] = {}
    router = Router("/store/write")

    async def told(_session: AsyncSession, result: str) -> str:
        return json_text({"result": result})

    @router.post("")
    async def route(request: Request, store: Store) -> Response:  # noqa: ARG001 - the door
        return await write(request, held["run"], then=told)

    app.include_router(router)
    return held


async def create(client: AsyncClient, headers: dict[str, str], key: str | None = None, **body: Any) -> Answer:  # noqa: ANN401 - JSON
    named = {"idempotency-key": key} if key is not None else {}
    return await client.post("/admin/regions", headers={**headers, **named}, json={**BODY, **body})


async def count(database: Database, table: str = "region") -> int:
    async with database.reading() as connection:
        return int(await value(connection, f"SELECT count(*) FROM {table}"))  # noqa: S608 - a name of this file


async def test_the_same_key_and_body_replay_the_same_bytes(
    client: AsyncClient, database: Database, admin: dict[str, str]
) -> None:
    first = await create(client, admin, "k1")
    again = await create(client, admin, '"k1"')  # the draft quotes the key
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert await count(database) == 1
    assert await count(database, "outbox_event") == 1


async def test_without_a_key_every_request_is_a_new_one(
    client: AsyncClient, database: Database, admin: dict[str, str]
) -> None:
    first, second = await create(client, admin), await create(client, admin)
    assert first.json()["region"]["id"] != second.json()["region"]["id"]
    assert await count(database, "idempotency_key") == 0


async def test_another_body_or_query_with_the_key_is_refused(
    client: AsyncClient, database: Database, admin: dict[str, str]
) -> None:
    await create(client, admin, "k1")
    other = await create(client, admin, "k1", name="Asia")
    assert (other.status_code, other.json()["type"]) == (422, "duplicate_error")
    headers = {**admin, "idempotency-key": "k1"}
    assert (await client.post("/admin/regions?fields=id", headers=headers, json=BODY)).status_code == 422
    assert await count(database) == 1


async def test_a_key_belongs_to_its_actor_method_and_path(
    client: AsyncClient, database: Database, admin: dict[str, str], store: dict[str, str]
) -> None:
    region = (await create(client, admin, "k1")).json()["region"]
    headers = {**admin, "idempotency-key": "k1"}
    assert (await client.post(f"/admin/regions/{region['id']}", headers=headers, json={"name": "E"})).status_code == 200
    assert (await client.delete(f"/admin/regions/{region['id']}", headers=headers)).json()["deleted"] is True
    async with database.reading() as connection:
        scopes = [row[0].split(" ", 1)[1] for row in await run(connection, "SELECT scope FROM idempotency_key")]
    assert sorted(scopes) == sorted(
        [
            "POST /admin/regions",
            f"POST /admin/regions/{region['id']}",
            f"DELETE /admin/regions/{region['id']}",
        ]
    )
    assert store  # another actor's scope begins otherwise


async def test_a_request_in_flight_is_a_conflict(
    client: AsyncClient, store: dict[str, str], operation: dict[str, Operation]
) -> None:
    runs, end = asyncio.Event(), asyncio.Event()

    async def work(_session: AsyncSession) -> str:
        runs.set()
        await end.wait()
        return "done"

    operation["run"] = work
    headers = {**store, "idempotency-key": "k1"}
    first = asyncio.create_task(client.post("/store/write", headers=headers))
    await runs.wait()
    second = await client.post("/store/write", headers=headers)
    end.set()
    assert (second.status_code, second.json()["type"]) == (409, "conflict")
    assert (await first).status_code == 200
    assert (await client.post("/store/write", headers=headers)).content == (await first).content


async def test_many_at_once_with_one_key_have_one_effect(
    client: AsyncClient, database: Database, admin: dict[str, str]
) -> None:
    answers = await asyncio.gather(*(create(client, admin, "k1") for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    assert await count(database) == 1


async def test_a_refused_write_is_not_kept_and_runs_again(
    client: AsyncClient, database: Database, admin: dict[str, str]
) -> None:
    refused = await create(client, admin, "k1", countries=["de"])
    assert refused.status_code == 400
    assert await count(database, "idempotency_key") == 0
    await database.transact(lambda session: first_start(session, payment_providers=[]))
    assert (await create(client, admin, "k1", countries=["de"])).status_code == 200


async def test_a_key_is_forgotten_after_a_day(client: AsyncClient, database: Database, admin: dict[str, str]) -> None:
    first = await create(client, admin, "k1")
    past = "UPDATE idempotency_key SET created_at = created_at - $1::interval"
    await database.transact(lambda session: run(session, past, timedelta(hours=25)))
    other = await create(client, admin, "k1", name="Asia")
    assert other.status_code == 200
    assert (await create(client, admin, "k1", name="Asia")).content == other.content
    assert other.content != first.content


@pytest.mark.parametrize("key", ["", '""', "x" * 256])
async def test_a_key_has_a_length(client: AsyncClient, admin: dict[str, str], key: str) -> None:
    assert (await create(client, admin, key)).status_code == 400


async def test_a_key_costs_three_statements_more(client: AsyncClient, app: FastAPI, admin: dict[str, str]) -> None:
    await create(client, admin)
    with recorded_statements(app.state.parts.database) as plain:
        await create(client, admin)
    with recorded_statements(app.state.parts.database) as keyed:
        await create(client, admin, "k1")
    assert len(keyed) == len(plain) + 3


@pytest.mark.parametrize("losses", [1, 2])
async def test_a_write_that_lost_a_race_runs_again(
    client: AsyncClient, database: Database, store: dict[str, str], operation: dict[str, Operation], losses: int
) -> None:
    runs = 0

    async def work(session: AsyncSession) -> str:
        nonlocal runs
        runs += 1
        await run(session, INSERT, f"reg_{runs}")
        if runs <= losses:
            await run(session, "DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$")
        return "done"

    operation["run"] = work
    response = await client.post("/store/write", headers=store)
    assert (response.status_code, response.json()) == (200, {"result": "done"})
    assert (runs, await count(database)) == (losses + 1, 1)


async def test_a_write_that_loses_every_race_is_a_conflict(
    client: AsyncClient, store: dict[str, str], operation: dict[str, Operation]
) -> None:
    runs = 0

    async def work(session: AsyncSession) -> str:
        nonlocal runs
        runs += 1
        await run(session, "DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$")
        return "never"

    operation["run"] = work
    response = await client.post("/store/write", headers=store)
    assert (response.status_code, response.json()["code"], runs) == (409, "invalid_state_error", 3)


async def test_what_a_refused_write_did_is_undone(
    client: AsyncClient, database: Database, store: dict[str, str], operation: dict[str, Operation]
) -> None:
    async def work(session: AsyncSession) -> str:
        await run(session, INSERT, "reg_1")
        raise not_allowed("No.")

    operation["run"] = work
    assert (await client.post("/store/write", headers=store)).status_code == 400
    assert await count(database) == 0


async def test_the_answer_shows_what_was_only_added_to_the_session(
    app: FastAPI, client: AsyncClient, store: dict[str, str]
) -> None:
    """The projection is driver SQL: it sees only what was sent."""
    router = Router("/store/added")

    async def add(session: AsyncSession) -> str:
        session.add(SalesChannel(id="sc_added", name="Added"))
        return "sc_added"

    async def told(session: AsyncSession, id_: str) -> str:
        return json_text({"name": await value(session, "SELECT name FROM sales_channel WHERE id = $1", id_)})

    @router.post("")
    async def route(request: Request) -> Response:
        return await write(request, add, then=told)

    app.include_router(router)
    assert (await client.post("/store/added", headers=store)).json() == {"name": "Added"}


class Workflow:
    """Stands for what starts a workflow: remembers the ids it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: str | Response = '{"type":"order"}'

    async def __call__(self, workflow_id: str) -> str | Response:
        self.asked.append(workflow_id)
        return self.answer


@pytest.fixture
def workflow(app: FastAPI) -> Workflow:
    """Return the workflow that `POST /admin/start/{id}` starts."""
    made = Workflow()
    router = Router("/admin/start")

    @router.post("/{id}")
    async def route(request: Request, admin: Admin, id: str) -> Response:  # noqa: A002, ARG001 - the path's word; the door
        return await start(request, f"workflow:{id}:{len(made.asked)}", made)

    app.include_router(router)
    return made


async def test_a_replay_attaches_to_the_run_that_the_key_started(
    client: AsyncClient, admin: dict[str, str], workflow: Workflow
) -> None:
    headers = {**admin, "idempotency-key": "k1"}
    workflow.answer = json_answer('{"message":"undecided"}', 409)
    assert (await client.post("/admin/start/1", headers=headers)).status_code == 409
    workflow.answer = '{"type":"order"}'
    done = await client.post("/admin/start/1", headers=headers)
    assert workflow.asked == ["workflow:1:0", "workflow:1:0"]
    replayed = await client.post("/admin/start/1", headers=headers)
    assert (done.content, replayed.content) == (b'{"type":"order"}', b'{"type":"order"}')
    assert len(workflow.asked) == 2  # the final answer is replayed without asking


async def test_the_id_is_committed_before_the_workflow_is_started(
    client: AsyncClient, admin: dict[str, str], workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(self: Workflow, workflow_id: str) -> str:
        self.asked.append(workflow_id)
        raise RuntimeError("the process died here")

    with monkeypatch.context() as patch:
        patch.setattr(Workflow, "__call__", killed)
        assert (await client.post("/admin/start/1", headers={**admin, "idempotency-key": "k1"})).status_code == 500
    await client.post("/admin/start/1", headers={**admin, "idempotency-key": "k1"})
    assert workflow.asked == ["workflow:1:0", "workflow:1:0"]


async def test_without_a_key_the_workflow_decides_by_itself(
    client: AsyncClient, admin: dict[str, str], workflow: Workflow
) -> None:
    for _ in range(2):
        assert (await client.post("/admin/start/1", headers=admin)).content == b'{"type":"order"}'
    assert workflow.asked == ["workflow:1:0", "workflow:1:1"]


async def test_another_body_with_the_key_starts_nothing(
    client: AsyncClient, admin: dict[str, str], workflow: Workflow
) -> None:
    headers = {**admin, "idempotency-key": "k1"}
    await client.post("/admin/start/1", headers=headers)
    response = await client.post("/admin/start/1", headers=headers, json={"other": True})
    assert (response.status_code, len(workflow.asked)) == (422, 1)
