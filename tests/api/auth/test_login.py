"""`POST /auth/{actor_type}/emailpass`; the recorded answers are asked in tests/contract/test_recordings.py."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncClient

from api.state import State
from commerce.auth.passwords import Passwords
from commerce.auth.scrypt_kdf import ScryptKdf
from commerce.auth.service import create_identity, find_login, replace_hash
from kit.db import Database, run
from tests.api.conftest import ADMIN_EMAIL, ADMIN_PASSWORD
from tests.support.people import People


async def log_in(client: AsyncClient, email: Any, password: Any, actor: str = "user") -> tuple[int, dict[str, str]]:  # noqa: ANN401 - what a caller sends
    response = await client.post(f"/auth/{actor}/emailpass", json={"email": email, "password": password})
    return response.status_code, response.json()


async def test_a_user_gets_a_token_that_opens_the_admin(client: AsyncClient, admin_id: str) -> None:
    status, answer = await log_in(client, ADMIN_EMAIL, ADMIN_PASSWORD)
    assert status == 200
    me = await client.get("/admin/users/me", headers={"authorization": f"Bearer {answer['token']}"})
    assert me.json()["user"]["id"] == admin_id


async def test_a_user_s_login_as_customer_opens_nothing(client: AsyncClient, state: State, admin_id: str) -> None:
    """The identity is no customer yet: the token is one of registration."""
    assert admin_id
    _, answer = await log_in(client, ADMIN_EMAIL, ADMIN_PASSWORD, "customer")
    caller = state.tokens.read(answer["token"])
    assert caller is not None
    assert (caller.actor_id, caller.actor_type) == ("", "customer")


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        (ADMIN_EMAIL, "wrong", "Invalid email or password"),
        ("ghost@example.com", ADMIN_PASSWORD, "Invalid email or password"),
        (ADMIN_EMAIL, None, "Password should be a string"),
        (ADMIN_EMAIL, 5, "Password should be a string"),
        (ADMIN_EMAIL, "", "Password should be a string"),
        (None, ADMIN_PASSWORD, "Email should be a string"),
        ("x' OR '1'='1", "x", "Invalid email or password"),
    ],
)
@pytest.mark.usefixtures("admin_id")
async def test_bad_credentials_are_told_alike(client: AsyncClient, email: Any, password: Any, message: str) -> None:  # noqa: ANN401 - what a caller sends
    assert await log_in(client, email, password) == (401, {"type": "unauthorized", "message": message})


@pytest.mark.usefixtures("admin_id")
async def test_an_unknown_mail_costs_a_hash_as_a_known_one_does(
    client: AsyncClient, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str] = []
    verify = state.passwords._hasher.verify_and_update
    monkeypatch.setattr(
        state.passwords._hasher,
        "verify_and_update",
        lambda given, stored: hashes.append(given) or verify(given, stored),
    )
    await log_in(client, "ghost@example.com", "first")
    await log_in(client, ADMIN_EMAIL, "second")
    assert hashes == ["first", "second"]


async def test_a_deleted_identity_logs_nobody_in(client: AsyncClient, database: Database, admin_id: str) -> None:
    assert admin_id
    await database.transact(lambda session: run(session, "UPDATE auth_identity SET deleted_at = now()"))
    assert (await log_in(client, ADMIN_EMAIL, ADMIN_PASSWORD))[0] == 401


@pytest.mark.parametrize(("actor", "provider"), [("user", "nope"), ("robot", "emailpass")])
async def test_an_actor_logs_in_by_what_it_is_allowed(client: AsyncClient, actor: str, provider: str) -> None:
    for path in (f"/auth/{actor}/{provider}", f"/auth/{actor}/{provider}/register"):
        response = await client.post(path, json={"email": "a@b.co", "password": "x"})
        assert response.status_code == 400
        assert (
            response.json()["message"] == f"The actor type {actor} is not allowed to use the auth provider {provider}"
        )


async def test_a_registration_token_names_nobody_and_a_mail_registers_once(client: AsyncClient, state: State) -> None:
    body = {"email": "nina@example.com", "password": "s3cret-pass"}
    response = await client.post("/auth/customer/emailpass/register", json=body)
    caller = state.tokens.read(response.json()["token"])
    assert caller is not None
    assert (caller.actor_id, caller.actor_type) == ("", "customer")
    again = await client.post("/auth/customer/emailpass/register", json=body)
    assert (again.status_code, again.json()["message"]) == (401, "Identity with email already exists")


async def test_a_migrated_login_becomes_one_of_ours(client: AsyncClient, database: Database, people: People) -> None:
    """The hash of the shop it comes from is replaced at the first login, and no shop without one is slowed down."""
    old = ScryptKdf().hash("from before", log_n=4)
    identity = await database.transact(lambda s: create_identity(s, "old@example.com", old, {}))
    async with database.reading() as connection:
        assert (await find_login(connection, "ghost@example.com")).is_migrating
    assert (await log_in(client, "old@example.com", "wrong", "customer"))[0] == 401
    assert (await log_in(client, "old@example.com", "from before", "customer"))[0] == 200
    async with database.reading() as connection:
        login = await find_login(connection, "old@example.com")
    assert login.password_hash is not None
    assert (login.password_hash[:10], login.is_migrating) == ("$argon2id$", False)
    assert (await log_in(client, "old@example.com", "from before", "customer"))[0] == 200
    await database.transact(lambda s: replace_hash(s, identity.auth_identity_id, old, "overtaken by a new password"))
    assert (await people.log_in("old@example.com", "from before")).status_code == 200


async def test_a_password_is_stored_as_argon2id_of_the_set_strength() -> None:
    stored = await Passwords(memory_kib=64, time_cost=2, concurrency=1).hash("x")
    assert stored.startswith("$argon2id$v=19$m=64,t=2,p=4$")
