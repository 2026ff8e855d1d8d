"""`/auth/verification`: a code that was sent somewhere comes back once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient

from kit.db import Database, run
from operations.outbox import erase_secrets, mark_sent
from tests.support.people import People

WRONG = (400, {"type": "not_allowed", "message": "Verification code is invalid or already used"})
MAIL = {"entity_id": "nora@example.com", "entity_type": "email"}


@pytest.fixture
async def nora(people: People) -> str:
    """Return the token of one who only registered."""
    return await people.register("nora@example.com")


async def asked(people: People, token: str, **given: Any) -> tuple[dict[str, Any], str]:  # noqa: ANN401 - JSON
    response = await people.ask("/auth/verification/request", {**MAIL, **given}, token)
    assert response.status_code == 201, response.text
    return response.json()["verification"], (await people.events("auth.verification_requested"))[-1][1]["code"]


async def test_a_code_proves_once_even_at_once(people: People, nora: str) -> None:
    verification, code = await asked(people, nora)
    assert (verification["verified_at"], verification["metadata"]) == (None, {})
    body = {"code": code}
    ends = await asyncio.gather(*(people.ask("/auth/verification/confirm", body, nora) for _ in range(4)))
    assert sorted(end.status_code for end in ends) == [200, 400, 400, 400]
    answer = next(end.json() for end in ends if end.status_code == 200)
    assert answer.keys() == {"entity_id", "entity_type", "code_provider", "verified_at"}
    assert all((end.status_code, end.json()) == WRONG for end in ends if end.status_code == 400)


async def test_a_later_code_voids_the_earlier_and_nobody_else_may_use_it(people: People, nora: str) -> None:
    first, old = await asked(people, nora)
    second, code = await asked(people, nora, metadata={"n": 2.5})
    assert (first["id"], second["metadata"]) == (second["id"], {"n": 2.5})
    stranger = await people.register("otto@example.com")
    for token, given in ((nora, old), (stranger, code), (nora, "")):
        refused = await people.ask("/auth/verification/confirm", {"code": given}, token)
        assert (refused.status_code, refused.json()) == WRONG
    assert (await people.ask("/auth/verification/confirm", {"code": code}, nora)).status_code == 200


async def test_a_code_is_over_after_a_while_and_leaves_the_outbox(
    client: AsyncClient, people: People, nora: str, database: Database
) -> None:
    _, code = await asked(people, nora)
    ((event_id, secrets),) = await people.rows("SELECT id, secrets FROM outbox_event")
    assert secrets == ["code"]
    await database.transact(lambda s: mark_sent(s, [event_id]))
    assert await database.transact(erase_secrets) == 1
    assert "code" not in (await people.events())[-1][1]
    await database.transact(lambda s: run(s, "UPDATE auth_verification SET expires_at = now()"))
    late = await people.ask("/auth/verification/confirm", {"code": code}, nora)
    assert (late.status_code, late.json()) == WRONG
    assert (await client.post("/auth/verification/request", json=MAIL)).status_code == 401
    other = await people.ask("/auth/verification/request", {**MAIL, "code_provider": "sms"}, nora)
    assert (other.status_code, other.json()["type"]) == (400, "invalid_data")
