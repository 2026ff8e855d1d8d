"""`/admin/workflows-executions`: the recorded shape, steps in words, and answers to what waits for a person."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from api.state import State
from durable.client import Durable, connect
from durable.queues import BACKGROUND, CHECKOUT, MONEY
from durable.search_attributes import ensure_search_attributes
from durable.workers import Crew, build_worker
from kit.errors import not_allowed
from kit.settings import Settings
from tests.support.durable import Steps, until
from tests.support.parking import Releasing

REFUSAL = not_allowed("The provider refuses our credentials.")
BASE = "/admin/workflows-executions"
RECORDED = Path(__file__).parents[1] / "data" / "contract" / "examples" / "admin_misc.json"


@pytest.fixture
def settings(settings: Settings, temporal: str) -> Settings:
    prefix = f"{uuid4().hex}-"
    return settings.model_copy(update={"temporal_address": temporal, "temporal_task_queue_prefix": prefix})


@pytest.fixture
def session_id() -> str:
    return f"payses_{uuid4().hex}"


@asynccontextmanager
async def releasing(settings: Settings, session_id: str, **script: list[Any]) -> AsyncIterator[Durable]:
    """Run the worker of the money queue with one run of release-session."""
    steps = Steps(**{"look": ["-"], "void": ["voided"], **script})
    client = await connect(settings.temporal_address, "default")
    await ensure_search_attributes(client)
    crew = Crew({CHECKOUT: (), MONEY: (Releasing,), BACKGROUND: ()}, steps.activities())
    async with build_worker(client, MONEY, crew, prefix=settings.temporal_task_queue_prefix):
        durable = Durable(settings.temporal_address, queue_prefix=settings.temporal_task_queue_prefix)
        await durable.start("release-session", session_id, {"session_id": session_id})
        yield durable


@pytest.fixture
def read(client: AsyncClient, admin: dict[str, str]) -> Callable[[str], Awaitable[dict[str, Any]]]:
    async def get(path: str) -> dict[str, Any]:
        response = await client.get(f"{BASE}{path}", headers=admin)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    return get


Read = Callable[[str], Awaitable[dict[str, Any]]]


async def listed(read: Read, query: str) -> dict[str, Any]:
    """Return a list that holds something: lists lag behind."""

    async def some() -> dict[str, Any]:
        page = await read(query)
        return page if page["count"] else {}

    found: dict[str, Any] = await until(some, query)
    return found


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return type(value).__name__ if not isinstance(value, list) else "list"


async def test_a_run_has_the_recorded_shape(settings: Settings, session_id: str, read: Read) -> None:
    entries = json.loads(RECORDED.read_text())["entries"]
    [recorded] = [e["response"]["body"] for e in entries if e["name"] == "workflow_execution"]
    async with releasing(settings, session_id) as durable:
        await durable.closed("release-session", session_id, within=60)
    page = await listed(read, f"?transaction_id={session_id}&state=done")
    [listed_] = page["workflow_executions"]
    assert {key: page[key] for key in ("count", "offset", "limit")} == {"count": 1, "offset": 0, "limit": 100}
    answered = (await read(f"/{listed_['id']}"))["workflow_execution"]
    assert (await read(f"/release-session/{session_id}"))["workflow_execution"] == answered
    expected = recorded["workflow_execution"]
    assert set(expected) <= set(answered)
    assert set(expected["execution"]) <= set(answered["execution"])
    assert set(expected["context"]) <= set(answered["context"])
    for name in ("id", "workflow_id", "transaction_id", "state", "created_at", "updated_at"):
        assert shape(answered[name]) == shape(expected[name]), name
    theirs = list(expected["execution"]["steps"].values())[-1]
    steps = list(answered["execution"]["steps"].values())
    assert steps[0] == {"id": "_root", "next": ["_root.look"]}
    for step in steps[1:]:
        assert set(theirs) <= set(step)
        assert shape({**step, "definition": 0, "failure": 0}) == shape(
            {**theirs, "definition": 0, "failure": 0, "title": ""}
        )
    assert [step["id"] for step in steps] == ["_root", "_root.look", "_root.look.void"]
    assert answered["context"]["data"]["payload"] == {"session_id": session_id}
    assert listed_ == {key: value for key, value in answered.items() if key != "context"}


async def test_what_waits_for_a_person_says_so_and_is_answered(
    settings: Settings, session_id: str, read: Read, client: AsyncClient, admin: dict[str, str]
) -> None:
    path = f"/release-session/{session_id}"
    async with releasing(settings, session_id, void=[REFUSAL, "voided"]):

        async def parked() -> Any:  # noqa: ANN401 - JSON
            shown = (await read(path))["workflow_execution"]
            return shown if shown["attention"] else None

        shown = await until(parked, "parked")
        assert shown["state"] == "invoking"
        assert shown["attention"] == {"step": "void", "reason": REFUSAL.message, "answers": ["retry", "skip"]}
        failed = shown["execution"]["steps"]["_root.look.void"]
        assert (failed["invoke"]["state"], failed["failure"]) == ("failed", REFUSAL.message)
        assert shown["context"]["errors"][0]["error"]["message"] == REFUSAL.message

        refused = await client.post(f"{BASE}{path}/attention", json={"answer": "skip"}, headers=admin)
        assert refused.status_code == 400
        assert refused.json()["message"] == "A skip needs a note that says what was done by hand."
        refused = await client.post(f"{BASE}{path}/attention", json={"answer": "cancel"}, headers=admin)
        assert refused.json()["message"] == "cancel is not possible here: retry, skip."
        refused = await client.post(f"{BASE}{path}/attention", json={"answer": "no"}, headers=admin)
        assert (refused.status_code, refused.json()["type"]) == (400, "invalid_data")

        keyed = {**admin, "idempotency-key": "k1"}
        taken = await client.post(f"{BASE}{path}/attention", json={"answer": "retry"}, headers=keyed)
        assert taken.status_code == 200, taken.text
        again = await client.post(f"{BASE}{path}/attention", json={"answer": "retry"}, headers=keyed)
        assert again.text == taken.text

        async def done() -> bool:
            return bool((await read(path))["workflow_execution"]["state"] == "done")

        await until(done, "done")
        late = await client.post(f"{BASE}{path}/attention", json={"answer": "retry"}, headers=admin)
        assert (late.status_code, late.json()["type"]) == (404, "not_found")
    retried = (await read(path))["workflow_execution"]["execution"]["steps"]
    assert list(retried)[1:] == ["_root.look", "_root.look.void", "_root.look.void.void-2"]


class TestLists:
    async def test_filters_narrow(self, settings: Settings, session_id: str, read: Read) -> None:
        async with releasing(settings, session_id) as durable:
            await durable.closed("release-session", session_id, within=60)
        mine = f"transaction_id[]={session_id}"
        await listed(read, f"?{mine}")
        for query, count in (
            ("workflow_id=release-session&state=done", 1),
            ("workflow_id[]=release-session&workflow_id[]=complete-cart", 1),
            ("workflow_id=complete-cart", 0),
            ("workflow_id=unheard-of", 0),
            ("state=failed&state=invoking", 0),
            ("state=compensating", 0),
            ("created_at[$gte]=2020-01-01T00:00:00Z", 1),
            ("created_at[$lt]=2020-01-01", 0),
            ("offset=1", 1),
        ):
            page = await read(f"?{mine}&{query}")
            assert page["count"] == count, query
            assert len(page["workflow_executions"]) == (0 if query == "offset=1" else count), query
        assert (await read(f"?q={session_id}"))["count"] == 1
        assert (await read("?transaction_id=' OR 'a' = 'a"))["count"] == 0

    async def test_fields_choose(self, settings: Settings, session_id: str, read: Read) -> None:
        async with releasing(settings, session_id):
            page = await listed(read, f"?transaction_id={session_id}&fields=state")
        assert set(page["workflow_executions"][0]) == {"id", "state"}

    async def test_both_orders(self, settings: Settings, read: Read) -> None:
        ids = [f"payses_{uuid4().hex}" for _ in range(3)]
        for id_ in ids:
            async with releasing(settings, id_) as durable:
                await durable.closed("release-session", id_, within=60)
        query = "?fields=transaction_id&" + "&".join(f"transaction_id={id_}" for id_ in ids)

        async def all_three() -> bool:
            return bool((await read(query))["count"] == 3)

        await until(all_three, "all are listed")

        async def order(more: str) -> list[str]:
            return [each["transaction_id"] for each in (await read(query + more))["workflow_executions"]]

        assert await order("") == ids[::-1]
        assert await order("&order=created_at") == ids
        assert await order("&order=created_at&limit=2") == ids[:2]
        assert await order("&order=-created_at&limit=2&offset=1") == [ids[1], ids[0]]

    @pytest.mark.parametrize(
        "query", ["order=state", "created_at[$like]=x", "created_at=soon", "state[a]=b", "limit=5000", "what=ever"]
    )
    async def test_what_cannot_be_is_refused(self, client: AsyncClient, admin: dict[str, str], query: str) -> None:
        response = await client.get(f"{BASE}?{query}", headers=admin)
        assert (response.status_code, response.json()["type"]) == (400, "invalid_data"), response.text


@pytest.mark.parametrize(
    "path", ["/wf_exec_nonsense", "/wf_exec_01M858AC8JB8KB3XZK849XFFWD", "/what/ever", "/release-session/x"]
)
async def test_what_is_not_there(client: AsyncClient, admin: dict[str, str], path: str) -> None:
    response = await client.get(f"{BASE}{path}", headers=admin)
    assert (response.status_code, response.json()["type"]) == (404, "not_found")


async def test_temporal_away_is_503(client: AsyncClient, admin: dict[str, str], state: State) -> None:
    state.durable = Durable("127.0.0.1:9")
    for path in ("", "/release-session/x"):
        response = await client.get(f"{BASE}{path}", headers=admin)
        assert response.status_code == 503
        assert response.headers["retry-after"]


async def test_only_admins(client: AsyncClient, store: dict[str, str]) -> None:
    assert (await client.get(BASE, headers=store)).status_code == 401
    answered = await client.post(f"{BASE}/release-session/x/attention", json={"answer": "retry"}, headers=store)
    assert answered.status_code == 401
