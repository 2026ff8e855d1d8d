"""`/auth/session` and `/auth/token`: cookies, and what becomes of them."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

import pytest
from httpx2 import AsyncClient

from api.state import State
from kit.db import Database, run
from operations.purge_expired import purge_expired
from tests.support.people import People, payload_of

UNAUTHORIZED = (401, {"message": "Unauthorized"})


@pytest.fixture
async def cookie(client: AsyncClient, admin: dict[str, str]) -> str:
    """Return the cookie of a user who is logged in, as a browser would send it."""
    response = await client.post("/auth/session", headers=admin)
    client.cookies.clear()
    assert response.status_code == 200, response.text
    return str(response.headers["set-cookie"]).partition(";")[0]


async def test_a_session_is_a_cookie_that_scripts_and_other_sites_cannot_use(
    client: AsyncClient, admin: dict[str, str], people: People
) -> None:
    response = await client.post("/auth/session", headers=admin)
    user = response.json()["user"]
    assert user == {k: v for k, v in payload_of(admin["authorization"].split()[1]).items() if k != "aud"}
    value, *attributes = response.headers["set-cookie"].split("; ")
    assert value.startswith("connect.sid=s%3A")
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(attributes)
    assert "Secure" not in attributes  # the shop is served over plain HTTP here
    secret = unquote(value.partition("=")[2]).removeprefix("s:")
    rows = await people.rows("SELECT id, round(extract(epoch FROM expires_at - now()) / 3600) FROM auth_session")
    assert rows == [(hashlib.sha256(secret.encode()).hexdigest(), 10)]


async def test_over_tls_the_cookie_is_secure(client: AsyncClient, state: State, admin: dict[str, str]) -> None:
    state.settings = state.settings.model_copy(update={"public_url": "https://shop.example"})
    response = await client.post("/auth/session", headers=admin)
    assert "Secure" in response.headers["set-cookie"].split("; ")


async def test_a_session_ends_when_it_is_deleted_or_its_time_is_over(
    client: AsyncClient, cookie: str, people: People, database: Database
) -> None:
    headers = {"cookie": cookie}
    assert (await client.get("/admin/users/me", headers=headers)).status_code == 200
    ended = await client.delete("/auth/session", headers=headers)
    assert (ended.json(), "1970" in ended.headers["set-cookie"]) == ({"success": True}, True)
    for again in (await client.get("/admin/users/me", headers=headers), await client.delete("/auth/session")):
        assert (again.status_code, again.json()) == UNAUTHORIZED
    token = (await people.log_in("admin@example.com", "supersecret", "user")).json()["token"]
    made = await people.ask("/auth/session", token=token)
    await database.transact(lambda session: run(session, "UPDATE auth_session SET expires_at = now()"))
    late = await client.get("/admin/users/me", headers={"cookie": made.headers["set-cookie"].partition(";")[0]})
    assert (late.status_code, late.json()) == UNAUTHORIZED
    assert await database.transact(purge_expired) == 3  # the session, and two buckets of a login that was no failure


async def test_a_new_session_takes_the_place_of_the_browser_s_old_one(
    client: AsyncClient, admin: dict[str, str], cookie: str, people: People
) -> None:
    await client.post("/auth/session", headers={**admin, "cookie": cookie})
    assert await people.rows("SELECT count(*) FROM auth_session") == [(1,)]
    assert (await client.get("/admin/users/me", headers={"cookie": cookie})).status_code == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://api", 200),  # the shop's own pages
        ("http://localhost:9000", 200),  # of the CORS setting
        ("http://evil.example", 401),
        ("http://localhost:9000.evil.example", 401),
        ("null", 401),
    ],
)
async def test_a_page_elsewhere_changes_nothing_by_the_cookie(
    client: AsyncClient, cookie: str, origin: str | None, status: int
) -> None:
    headers = {"cookie": cookie, **({"origin": origin} if origin else {})}
    body = {"title": "Forged", "type": "secret"}
    assert (await client.post("/admin/api-keys", json=body, headers=headers)).status_code == status
    assert (await client.get("/admin/api-keys", headers=headers)).status_code == 200  # CORS keeps the answer from it


async def test_the_cookie_speaks_before_the_bearer_and_only_for_its_own_actor(
    client: AsyncClient, cookie: str, people: People
) -> None:
    _, customer = await people.account("nora@example.com")
    me = await client.get("/store/customers/me", headers={**customer, "cookie": cookie})
    assert me.json()["customer"]["email"] == "nora@example.com"
    token = await people.register("second@example.com", "user")
    both = {"cookie": cookie, "authorization": f"Bearer {token}"}
    refused = await client.post("/admin/invites/accept?token=x", headers=both, json={})
    assert refused.json()["message"] == "The user is already authenticated and cannot accept an invite."
    for wrong in ("connect.sid=s%3Anobody", "connect.sid=unsigned", "connect.sid=s%3A%00", "connect.sid="):
        assert (await client.get("/admin/users/me", headers={"cookie": wrong})).status_code == 401


async def test_a_customer_s_session_opens_their_own_pages(client: AsyncClient, people: People) -> None:
    customer_id, headers = await people.account("nora@example.com")
    made = await client.post("/auth/session", headers=headers)
    client.cookies.clear()
    by_cookie = {**people.store, "cookie": made.headers["set-cookie"].partition(";")[0]}
    assert (await client.get("/store/customers/me", headers=by_cookie)).json()["customer"]["id"] == customer_id
    assert (await client.get("/admin/users/me", headers=by_cookie)).status_code == 401


async def test_a_refreshed_token_knows_the_customer_that_became_of_the_registration(
    client: AsyncClient, people: People
) -> None:
    token = await people.register("nora@example.com")
    made = await people.ask("/store/customers", {"email": "nora@example.com"}, token, **people.store)
    assert (await client.get("/store/customers/me", headers=people.store)).status_code == 401
    fresh = (await people.ask("/auth/token/refresh", token=token)).json()["token"]
    me = await client.get("/store/customers/me", headers={**people.store, "authorization": f"Bearer {fresh}"})
    assert me.json()["customer"]["id"] == made.json()["customer"]["id"]
    for path in ("/auth/token/refresh", "/auth/session"):
        response = await client.post(path)
        assert (response.status_code, response.json()) == UNAUTHORIZED
