"""`/admin/product-types` and `/admin/product-tags`: what the recorded answers do not show."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncClient

from api.state import State
from kit.db import Database, run
from tests.support.statements import recorded_statements


async def events(database: Database) -> list[str]:
    async with database.reading() as connection:
        return [row[0] for row in await run(connection, "SELECT name FROM outbox_event ORDER BY id")]


@pytest.mark.parametrize("key", ["product_type", "product_tag"])
async def test_a_word_is_made_changed_and_deleted(
    client: AsyncClient, admin: dict[str, str], database: Database, state: State, key: str
) -> None:
    room = key.replace("_", "-")

    async def send(method: str, below: str = "", **body: Any) -> Any:  # noqa: ANN401 - JSON
        return (await client.request(method, f"/admin/{room}s{below}", headers=admin, json=body or None)).json()

    made = (await send("POST", value="Gear", external_id="7", metadata={"a": 1}))[key]
    changed = (await send("POST", f"/{made['id']}", metadata={"b": 2}))[key]
    assert {**made, "metadata": {"a": 1, "b": 2}, "updated_at": changed["updated_at"]} == changed
    other = (await send("POST", value="Other"))[key]
    taken = await send("POST", f"/{other['id']}", value="Gear")
    assert taken["message"] == f"{key.replace('_', ' ').capitalize()} with value: Gear, already exists."
    assert (await send("POST", f"/{key[:1]}_x", value="x"))["type"] == "not_found"
    for query, count in (("", 2), ("q=GEA", 1), ("value[]=Gear&value[]=Other&order=-value", 2), ("external_id=7", 1)):
        with recorded_statements(state.database) as sent:
            assert (await send("GET", f"?{query}"))["count"] == count
        assert len(sent) == 2
    for _ in range(2):
        assert await send("DELETE", f"/{made['id']}") == {"id": made["id"], "object": key, "deleted": True}
    assert (await send("GET", f"/{made['id']}"))["type"] == "not_found"
    assert (await send("POST", value="Gear"))[key]["id"] != made["id"]  # the word is free again
    assert await events(database) == [
        *(f"{room}.created", f"{room}.updated", f"{room}.created", f"{room}.deleted", f"{room}.created")
    ]
