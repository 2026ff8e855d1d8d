"""`/admin/invites`: a token brings in one user, once."""

from __future__ import annotations

import asyncio
from typing import Any

import jwt
import pytest
from httpx2 import AsyncClient, Response

from api.state import State
from commerce.auth.tokens import INVITE_AUDIENCE
from kit.db import Database, run
from tests.support.people import People, payload_of

UNAUTHORIZED = (401, {"message": "Unauthorized"})
ACCEPT = "/admin/invites/accept"


@pytest.fixture
async def invite(client: AsyncClient, admin: dict[str, str]) -> dict[str, Any]:
    response = await client.post("/admin/invites", headers=admin, json={"email": "new@example.com"})
    assert response.status_code == 200, response.text
    return dict(response.json()["invite"])


async def accept(people: People, token: str, registered: str | None, **body: Any) -> Response:  # noqa: ANN401 - JSON
    return await people.ask(f"{ACCEPT}?token={token}", body, registered)


async def test_a_token_brings_in_one_user_even_when_it_is_used_twice_at_once(
    people: People, invite: dict[str, Any]
) -> None:
    registered = await people.register("new@example.com", "user")
    ends = await asyncio.gather(*(accept(people, invite["token"], registered, first_name="New") for _ in range(4)))
    won = [end.json()["user"] for end in ends if end.status_code == 200]
    assert len(won) == 1
    assert (won[0]["email"], won[0]["first_name"]) == ("new@example.com", "New")
    assert all((end.status_code, end.json()) == UNAUTHORIZED for end in ends if end.status_code != 200)
    token = (await people.log_in("new@example.com", actor="user")).json()["token"]
    assert payload_of(token)["actor_id"] == won[0]["id"]
    assert [name for name, _ in await people.events("user.created", "invite.accepted")] == [
        "user.created",
        "invite.accepted",
    ]


async def test_the_token_is_signed_as_it_is_shown_and_stored_nowhere(
    client: AsyncClient, admin: dict[str, str], state: State, people: People, invite: dict[str, Any]
) -> None:
    token = invite["token"]
    payload = jwt.decode(token, state.tokens.invite_key, algorithms=["HS256"], audience=INVITE_AUDIENCE)
    assert (payload["id"], payload["email"], payload["exp"] - payload["iat"]) == (
        invite["id"],
        "new@example.com",
        24 * 3600,
    )
    listed = (await client.get("/admin/invites", headers=admin)).json()["invites"]
    single = (await client.get(f"/admin/invites/{invite['id']}", headers=admin)).json()["invite"]
    assert listed == [single] == [invite]
    assert not {"jti", "issued_at"} & single.keys()
    hidden = f"/admin/invites/{invite['id']}?fields=%2Bjti,%2Bissued_at,*"
    assert "jti" not in (await client.get(hidden, headers=admin)).json()["invite"]
    rows = await people.rows("SELECT i::text FROM invite i")
    assert token not in str(rows)
    assert payload["jti"] in str(rows)
    assert state.tokens.read(token) is None  # and it opens nothing else


async def test_a_resent_invite_has_a_token_of_its_own(
    client: AsyncClient, admin: dict[str, str], people: People, invite: dict[str, Any]
) -> None:
    resent = await client.post(f"/admin/invites/{invite['id']}/resend", headers=admin)
    registered = await people.register("new@example.com", "user")
    old = await accept(people, invite["token"], registered)
    assert (old.status_code, old.json()) == UNAUTHORIZED
    assert (await accept(people, resent.json()["invite"]["token"], registered)).status_code == 200
    names = [name for name, _ in await people.events("user.user.invite.token_generated", "invite.resent")]
    assert names == ["user.user.invite.token_generated", "user.user.invite.token_generated", "invite.resent"]
    assert (await client.post("/admin/invites/invite_x/resend", headers=admin)).status_code == 404


@pytest.mark.parametrize("kind", ["nobody", "customer", "no token", "bad token", "over", "withdrawn", "other mail"])
async def test_nobody_else_comes_in(
    *, client: AsyncClient, admin: dict[str, str], people: People, database: Database, invite: dict[str, Any], kind: str
) -> None:
    registered: str | None = await people.register("new@example.com", "customer" if kind == "customer" else "user")
    token, expected = invite["token"], 401
    if kind == "nobody":
        registered = None
    elif kind == "no token":
        response = await people.ask(ACCEPT, {}, registered)
        assert (response.status_code, response.json()["message"]) == (400, "Invalid request: Field 'token' is required")
        return
    elif kind == "bad token":
        token = f"{token[:-2]}xx"
    elif kind == "over":
        await database.transact(lambda s: run(s, "UPDATE invite SET expires_at = now()"))
    elif kind == "withdrawn":
        await client.delete(f"/admin/invites/{invite['id']}", headers=admin)
    elif kind == "other mail":
        registered, expected = await people.register("other@example.com", "user"), 400
    assert (await accept(people, token, registered)).status_code == expected
    assert await people.rows('SELECT count(*) FROM "user"') == [(1,)]


async def test_a_refused_acceptance_leaves_the_invite_open(people: People, invite: dict[str, Any]) -> None:
    registered = await people.register("new@example.com", "user")
    other = await accept(people, invite["token"], registered, email="else@example.com")
    assert (other.status_code, other.json()["type"]) == (400, "invalid_data")
    assert (await accept(people, invite["token"], registered, email="new@example.com")).status_code == 200


async def test_a_key_replays_the_invite_though_its_token_is_not_kept(
    client: AsyncClient, admin: dict[str, str], people: People
) -> None:
    headers = {**admin, "idempotency-key": "k1"}
    first = await client.post("/admin/invites", headers=headers, json={"email": "k@example.com"})
    again = await client.post("/admin/invites", headers=headers, json={"email": "k@example.com"})
    assert first.content == again.content
    assert await people.rows("SELECT body FROM idempotency_key") == [(None,)]


async def test_roles_are_not_given_in_silence(client: AsyncClient, admin: dict[str, str]) -> None:
    body = {"email": "limited@example.com", "roles": ["role_viewer"]}
    assert (await client.post("/admin/invites", headers=admin, json=body)).status_code == 400
    assert (await client.post("/admin/invites", headers=admin, json={**body, "roles": []})).status_code == 200
