"""`/admin/users`."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from kit.db import Database, run
from operations.create_admin_user import create_admin_user
from tests.api.conftest import ADMIN_EMAIL, ADMIN_PASSWORD
from tests.support.people import People, payload_of

FIELDS = {"id", "first_name", "last_name", "email", "avatar_url", "metadata", "created_at", "updated_at", "deleted_at"}


async def test_a_user_reads_themselves(client: AsyncClient, admin: dict[str, str], admin_id: str) -> None:
    user = (await client.get("/admin/users/me", headers=admin)).json()["user"]
    assert (user["id"], user["email"]) == (admin_id, ADMIN_EMAIL)
    assert user.keys() == FIELDS


async def test_fields_choose(client: AsyncClient, admin: dict[str, str], admin_id: str) -> None:
    response = await client.get("/admin/users/me?fields=email,nonsense", headers=admin)
    assert response.json() == {"user": {"id": admin_id, "email": ADMIN_EMAIL}}


async def test_a_user_who_is_gone_is_not_found(client: AsyncClient, admin: dict[str, str], database: Database) -> None:
    await database.transact(lambda session: run(session, 'UPDATE "user" SET deleted_at = now()'))
    assert (await client.get("/admin/users/me", headers=admin)).status_code == 404


async def test_an_unknown_parameter_is_refused(client: AsyncClient, admin: dict[str, str]) -> None:
    response = await client.get("/admin/users/me?foo=1", headers=admin)
    assert response.json()["message"] == "Invalid request: Unrecognized fields: 'foo'"


async def test_what_is_given_changes_and_the_mail_never_does(
    client: AsyncClient, admin: dict[str, str], admin_id: str, people: People
) -> None:
    path = f"/admin/users/{admin_id}"
    await client.post(path, headers=admin, json={"first_name": "Root", "metadata": {"a": 1, "b": 2}})
    changed = await client.post(path, headers=admin, json={"last_name": "Toor", "metadata": {"a": "", "c": 3}})
    user = changed.json()["user"]
    assert (user["first_name"], user["last_name"], user["metadata"]) == ("Root", "Toor", {"b": 2, "c": 3})
    refused = await client.post(path, headers=admin, json={"email": "x@example.com"})
    assert refused.json()["message"] == "Invalid request: Unrecognized fields: 'email'"
    assert (await client.post("/admin/users/user_x", headers=admin, json={"first_name": "x"})).status_code == 404
    assert await people.events("user.updated") == [("user.updated", {"id": admin_id})] * 2


async def test_a_deleted_user_is_locked_out_at_once_and_the_mail_is_free(
    client: AsyncClient, admin: dict[str, str], admin_id: str, people: People, database: Database
) -> None:
    token = (await people.log_in(ADMIN_EMAIL, ADMIN_PASSWORD, "user")).json()["token"]
    session = await people.ask("/auth/session", token=token)
    client.cookies.clear()
    gone = await client.delete(f"/admin/users/{admin_id}", headers=admin)
    assert gone.json() == {"id": admin_id, "object": "user", "deleted": True}
    for headers in (admin, {"cookie": session.headers["set-cookie"].partition(";")[0]}):
        response = await client.get("/admin/users", headers=headers)
        assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})
    assert (await people.log_in(ADMIN_EMAIL, ADMIN_PASSWORD, "user")).status_code == 401
    assert await people.events("user.deleted") == [("user.deleted", {"id": admin_id})]
    await database.transact(lambda s: create_admin_user(s, ADMIN_EMAIL, "x"))


async def test_whoever_is_a_customer_too_stays_one(
    client: AsyncClient, admin: dict[str, str], admin_id: str, people: People
) -> None:
    """The login is of both, so it is kept when the user goes; it opens the admin no more."""
    token = (await people.log_in(ADMIN_EMAIL, ADMIN_PASSWORD)).json()["token"]
    made = await people.ask("/store/customers", {"email": ADMIN_EMAIL}, token, **people.store)
    assert made.status_code == 200
    assert (await client.delete(f"/admin/users/{admin_id}", headers=admin)).status_code == 200
    assert (await client.get("/admin/users", headers=admin)).status_code == 401
    token = (await people.log_in(ADMIN_EMAIL, ADMIN_PASSWORD)).json()["token"]
    me = await client.get("/store/customers/me", headers={**people.store, "authorization": f"Bearer {token}"})
    assert me.json()["customer"]["id"] == made.json()["customer"]["id"]
    as_user = (await people.log_in(ADMIN_EMAIL, ADMIN_PASSWORD, "user")).json()["token"]
    assert payload_of(as_user)["actor_id"] == ""


async def test_an_admin_lets_a_user_set_a_password(
    client: AsyncClient, admin: dict[str, str], admin_id: str, people: People
) -> None:
    path = f"/admin/users/{admin_id}"
    assert (await client.get(f"{path}/auth-providers", headers=admin)).json() == {"providers": ["emailpass"]}
    headers = {**admin, "idempotency-key": "k1"}
    token = (await client.post(f"{path}/reset-password", headers=headers, json={})).json()["token"]
    again = await client.post(f"{path}/reset-password", headers=headers, json={})
    assert (again.status_code, again.json()) == (200, {"token": ""})
    assert not [row for row in await people.rows("SELECT body FROM idempotency_key") if row[0]]
    ((name, data),) = await people.events("auth.password_reset")
    assert (name, data["token"], data["actor_type"]) == ("auth.password_reset", token, "user")
    assert payload_of(token)["purpose"] == "reset"
    set_ = await people.ask("/auth/user/emailpass/update", {"password": "new-pass-1"}, token)
    assert set_.status_code == 200
    assert (await people.log_in(ADMIN_EMAIL, "new-pass-1", "user")).status_code == 200
    assert (await client.post("/admin/users/user_x/reset-password", headers=admin, json={})).status_code == 401
    fresh = (await people.log_in(ADMIN_EMAIL, "new-pass-1", "user")).json()["token"]
    unknown = await people.ask("/admin/users/user_x/reset-password", {}, fresh)
    assert (unknown.status_code, unknown.json()["message"]) == (404, "User with id: user_x was not found")


@pytest.mark.parametrize("path", ["/admin/users/x/roles", "/admin/rbac/roles"])
async def test_roles_come_with_a_flag(client: AsyncClient, admin: dict[str, str], path: str) -> None:
    response = await client.get(path, headers=admin)
    assert (response.status_code, f"Cannot GET {path}" in response.text) == (404, True)
