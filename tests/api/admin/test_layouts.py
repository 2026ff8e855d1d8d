"""`/admin/layouts`: what everybody sees, what one user sees, and at which of the two that user looks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient

from api.state import State
from kit.db import Database, run
from operations.create_admin_user import create_admin_user
from tests.api.conftest import bearer

PATH = "/admin/layouts/order.details/configuration"
FIRST, LAST = ({"widgets": {"widget:order-workflow": {"order": order}}} for order in (-1, 99))


@pytest.fixture
async def other(state: State, database: Database) -> dict[str, str]:
    """Return the headers of another user."""
    user_id = await database.transact(lambda session: create_admin_user(session, "other@example.com", ""))
    return await bearer(state, database, "user", user_id)


async def seen(client: AsyncClient, who: dict[str, str], **put: Any) -> tuple[Any, Any, str]:  # noqa: ANN401 - JSON
    """Return the personal configuration, everybody's, and the one looked at, after putting what is given."""
    answer = await (client.post(PATH, headers=who, json=put) if put else client.get(PATH, headers=who))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told.keys() == {"personal_configuration", "default_configuration", "active_scope"}
    own, everybodys = told["personal_configuration"], told["default_configuration"]
    return own and own["configuration"], everybodys and everybodys["configuration"], told["active_scope"]


async def test_a_user_sees_their_own_until_they_clear_it(
    client: AsyncClient, admin: dict[str, str], other: dict[str, str]
) -> None:
    assert await seen(client, admin) == (None, None, "default")
    assert await seen(client, admin, configuration=LAST) == (LAST, None, "personal")
    assert await seen(client, other) == (None, None, "default")
    assert await seen(client, other, configuration=FIRST, is_default=True) == (None, FIRST, "default")
    assert await seen(client, admin) == (LAST, FIRST, "personal")
    assert await seen(client, admin, configuration=LAST, is_default=True) == (LAST, LAST, "default")
    assert await seen(client, admin, configuration=FIRST) == (FIRST, LAST, "personal")
    for _ in range(2):
        assert (await client.delete(PATH, headers=admin)).json() == {"success": True}
    assert await seen(client, admin) == (None, LAST, "default")


async def test_a_list_holds_the_own_and_everybodys(
    client: AsyncClient, admin: dict[str, str], admin_id: str, other: dict[str, str]
) -> None:
    await seen(client, admin, configuration=FIRST)
    await seen(client, admin, configuration=FIRST, is_default=True)
    await seen(client, other, configuration=LAST)
    listed = (await client.get("/admin/layouts/configurations", headers=admin)).json()
    assert [each["user_id"] for each in listed["layout_configurations"]] == [admin_id, None]
    assert "is_active" not in listed["layout_configurations"][0]
    shell = await client.get("/admin/layouts/configurations?limit=1&fields=id&is_system_default=true", headers=admin)
    assert (shell.json()["count"], shell.json()["limit"]) == (1, 1)


async def test_many_at_once_leave_one_of_each(client: AsyncClient, admin: dict[str, str], database: Database) -> None:
    await asyncio.gather(
        *(seen(client, admin, configuration=FIRST, is_default=default) for default in (True, False) * 4)
    )
    async with database.reading() as connection:
        rows = await run(connection, "SELECT is_system_default FROM layout_configuration ORDER BY 1")
    assert [row[0] for row in rows] == [False, True]


async def test_what_is_refused(client: AsyncClient, admin: dict[str, str]) -> None:
    for body in ({}, {"configuration": {}}, {"configuration": {"widgets": []}}, {"configuration": FIRST, "x": 1}):
        assert (await client.post(PATH, headers=admin, json=body)).status_code == 400, body
    for method in ("GET", "POST", "DELETE"):
        assert (await client.request(method, PATH)).status_code == 401
