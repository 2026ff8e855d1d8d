"""Doors, unknown paths and failures; tests/contract/test_recordings.py holds the recorded ones."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request, Response
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from api.deps import json_answer, write
from api.errors import STATUS
from api.routing import Router
from api.state import State
from durable.errors import as_failure
from kit.db import Database, run
from kit.errors import CommerceError, invalid_request, not_allowed, unavailable
from tests.api.conftest import ORIGIN

UNKNOWN = {"type": "unknown_error", "message": "An unknown error occurred.", "code": "unknown_error"}


@pytest.fixture
def failing(app: FastAPI) -> dict[str, Exception]:
    """Return a dict; `GET /store/failing` raises its `error`."""
    raised: dict[str, Exception] = {}
    router = Router("/store/failing")

    @router.get("")
    async def fail() -> None:
        raise raised["error"]

    app.include_router(router)
    return raised


async def test_the_key_check_comes_before_the_unknown_path(client: AsyncClient, store: dict[str, str]) -> None:
    refused = await client.get("/store/nope")
    assert (refused.status_code, refused.json()["type"]) == (400, "not_allowed")
    response = await client.get("/store/nope", headers=store)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "<pre>Cannot GET /store/nope</pre>" in response.text


async def test_an_unknown_path_of_the_admin_is_nobody_s_to_see(client: AsyncClient) -> None:
    response = await client.get("/admin/nope")
    assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})


async def test_an_unknown_path_is_escaped(client: AsyncClient) -> None:
    response = await client.get("/<script>")
    assert response.status_code == 404
    assert "<script>" not in response.text


async def test_an_unknown_method_is_an_unknown_path(client: AsyncClient, store: dict[str, str]) -> None:
    response = await client.put("/store/regions", headers=store)
    assert response.status_code == 404
    assert "Cannot PUT /store/regions" in response.text


async def test_a_trailing_slash_and_head_find_the_route(client: AsyncClient, store: dict[str, str]) -> None:
    assert (await client.get("/store/regions/", headers=store)).json()["count"] == 0
    assert (await client.head("/store/regions", headers=store)).status_code == 200


@pytest.mark.parametrize("type_", sorted(STATUS))
async def test_each_type_has_its_status(client: AsyncClient, failing: dict[str, Exception], type_: str) -> None:
    failing["error"] = CommerceError(type_, "Said.", "a_code")
    response = await client.get("/store/failing")
    assert response.status_code == STATUS[type_]
    if type_ != "invalid_request":
        assert response.json() == {"type": type_, "message": "Said.", "code": "a_code"}


async def test_several_faults_have_an_envelope_of_their_own(client: AsyncClient, failing: dict[str, Exception]) -> None:
    failing["error"] = invalid_request("One.", "Two.")
    assert (await client.get("/store/failing")).json() == {
        "errors": ["One.", "Two."],
        "message": "Provided request body contains errors. Please check the data and retry the request",
    }


async def test_what_is_down_says_when_to_come_back(client: AsyncClient, failing: dict[str, Exception]) -> None:
    failing["error"] = unavailable("Down.", retry_after=7)
    response = await client.get("/store/failing")
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")


async def test_a_refusal_inside_a_workflow_is_heard_as_it_was_said(
    client: AsyncClient, failing: dict[str, Exception]
) -> None:
    failing["error"] = WorkflowFailureError(cause=as_failure(not_allowed("No stock.", "insufficient_inventory")))
    response = await client.get("/store/failing")
    assert response.status_code == 400
    assert response.json() == {"type": "not_allowed", "message": "No stock.", "code": "insufficient_inventory"}


@pytest.mark.parametrize(
    "error",
    [ValueError("a secret"), WorkflowFailureError(cause=ApplicationError("a secret")), CommerceError("strange", "?")],
)
async def test_what_nobody_foresaw_is_hidden_but_answered_to_browsers_too(
    capsys: pytest.CaptureFixture[str], client: AsyncClient, failing: dict[str, Exception], error: Exception
) -> None:
    failing["error"] = error
    response = await client.get("/store/failing", headers={"origin": ORIGIN, "x-request-id": "r-1"})
    assert (response.status_code, response.json()) == (500, UNKNOWN)
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert response.headers["x-request-id"] == "r-1"
    logged = capsys.readouterr().err
    assert '"request_id": "r-1"' in logged
    assert '"request failed"' in logged


@pytest.mark.parametrize(
    ("statement", "status", "type_"),
    [
        (
            "INSERT INTO sales_channel (id, name, is_disabled) VALUES ('sc_1', 'a', false), ('sc_1', 'b', false)",
            422,
            "duplicate_error",
        ),
        ("SELECT 99999999999999999999::numeric::bigint", 400, "invalid_data"),
        ("DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '55P03'; END $$", 409, "conflict"),
        ("DO $$ BEGIN RAISE EXCEPTION 'slow' USING ERRCODE = '57014'; END $$", 503, "unavailable"),
        ("INSERT INTO sales_channel (id) VALUES ('sc_1')", 500, "unknown_error"),
        ("SELECT 1 / 0", 500, "unknown_error"),
    ],
)
async def test_what_the_database_says_is_put_in_the_contract_s_words(
    app: FastAPI, client: AsyncClient, statement: str, status: int, type_: str
) -> None:
    router = Router("/sql")

    @router.get("")
    async def fail() -> None:
        await app.state.parts.database.transact(lambda session: run(session, statement))

    app.include_router(router)
    response = await client.get("/sql")
    assert (response.status_code, response.json()["type"]) == (status, type_)


async def test_a_database_that_is_away_is_unavailable(
    client: AsyncClient, state: State, store: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await state.publishable_keys.get(store["x-publishable-api-key"])
    away = Database("postgresql://postgres@127.0.0.1:1/nowhere")
    monkeypatch.setattr(state, "database", away)
    response = await client.get("/store/regions", headers=store)
    assert (response.status_code, response.json()["type"]) == (503, "unavailable")
    assert response.headers["retry-after"] == "2"
    assert (await client.get("/ready")).status_code == 503
    assert (await client.get("/health")).text == "OK"
    await away.close()


async def test_a_commit_that_fails_is_not_answered_as_done(app: FastAPI, client: AsyncClient) -> None:
    """The answer is built after the commit: a constraint that is checked at the end still refuses."""
    router = Router("/late")

    async def work(session: AsyncSession) -> str:
        await run(session, "CREATE TEMP TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP")
        await run(session, "INSERT INTO late VALUES (1), (1)")
        return "done"

    async def told(_session: AsyncSession, result: str) -> str:
        return f'"{result}"'

    @router.post("")
    async def late(request: Request) -> Response:
        return await write(request, work, then=told)

    app.include_router(router)
    response = await client.post("/late")
    assert (response.status_code, response.json()["type"]) == (422, "duplicate_error")


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        ('{"name": "x"}', "text/plain", 400),
        ('{"name": "x", "currency_code": "eur"}', "application/vnd.api+json", 200),
        ("", "text/plain", 400),
        ("x" * 30_000, "application/json", 413),
    ],
)
async def test_a_body_is_json_and_not_too_long(
    client: AsyncClient, admin: dict[str, str], content: str, kind: str, status: int
) -> None:
    response = await client.post("/admin/regions", headers={**admin, "content-type": kind}, content=content)
    assert response.status_code == status


async def test_a_body_of_unknown_length_is_bounded_too(client: AsyncClient, admin: dict[str, str]) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1_000

    refused = {"type": "payload_too_large", "message": "The body is larger than 20000 bytes."}
    headers = {**admin, "content-type": "application/json"}
    for content in (endless(), b" " * 20_001):
        answer = await client.post("/admin/regions", headers=headers, content=content)
        assert (answer.status_code, answer.json()) == (413, refused)


async def test_an_answer_is_raw_json(client: AsyncClient) -> None:
    assert json_answer('{"a":1.50}').body == b'{"a":1.50}'
    assert (await client.get("/ready")).headers["content-type"] == "application/json"
