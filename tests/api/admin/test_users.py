"""`/admin/users`."""

from __future__ import annotations

from httpx2 import AsyncClient

from kit.db import Database, run
from tests.api.conftest import ADMIN_EMAIL

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
