"""`/admin/notifications`: the feed, the newest first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from commerce.notification.models import Notification
from kit import clock
from kit.db import Database, save

FEED = "/admin/notifications"


@pytest.fixture
async def ids(database: Database) -> list[str]:
    """Return the ids of three messages, the oldest first: to everybody, to one user, by mail."""
    start = clock.now()
    rows = [
        Notification(to=to, channel=channel, template="t", data={"n": n}, created_at=start + timedelta(seconds=n))
        for n, (to, channel) in enumerate([("", "feed"), ("user_1", "feed"), ("a@b.example", "email")])
    ]
    await database.transact(lambda session: save(session, *rows))
    return [row.id for row in rows]


async def test_the_feed(client: AsyncClient, admin: dict[str, str], ids: list[str]) -> None:
    listed = (await client.get(FEED, headers=admin)).json()
    assert [each["id"] for each in listed["notifications"]] == ids[::-1]
    assert listed["notifications"][0].keys() == {
        *("id", "to", "channel", "template", "data", "trigger_type", "resource_id", "resource_type", "receiver_id"),
        *("created_at", "updated_at"),
    }
    shell = await client.get(f"{FEED}?limit=1&offset=0&fields=created_at", headers=admin)
    assert [each.keys() for each in shell.json()["notifications"]] == [{"id", "created_at"}]
    mine = await client.get(f"{FEED}?to[0]=user_1&to[1]=admin@example.com&to[2]=&channel=feed", headers=admin)
    assert [each["id"] for each in mine.json()["notifications"]] == [ids[1], ids[0]]
    oldest = await client.get(f"{FEED}?order=created_at&limit=1", headers=admin)
    assert oldest.json()["notifications"][0]["id"] == ids[0]


async def test_one(client: AsyncClient, admin: dict[str, str], ids: list[str]) -> None:
    one = (await client.get(f"{FEED}/{ids[1]}?fields=to,data", headers=admin)).json()
    assert one == {"notification": {"id": ids[1], "to": "user_1", "data": {"n": 1}}}
    missing = await client.get(f"{FEED}/noti_x", headers=admin)
    assert (missing.status_code, missing.json()["message"]) == (404, "Notification with id: noti_x was not found")
    assert (await client.get(f"{FEED}?template=t", headers=admin)).status_code == 400
    assert (await client.get(FEED)).status_code == 401
