"""`/admin/refund-reasons`."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from kit.db import Database
from operations.seed.first_start import first_start

PATH = "/admin/refund-reasons"
GIFT = {"label": "Gift", "code": "gift", "description": ""}


@pytest.fixture(autouse=True)
async def _seeded(database: Database) -> None:
    await database.transact(lambda session: first_start(session, payment_providers=[]))


async def test_reasons_are_made_changed_found_and_deleted(client: AsyncClient, admin: dict[str, str]) -> None:
    id_ = (await client.post(PATH, headers=admin, json=GIFT)).json()["refund_reason"]["id"]
    changed = (await client.post(f"{PATH}/{id_}", headers=admin, json={"label": "Present"})).json()["refund_reason"]
    assert {name: changed[name] for name in GIFT} == {**GIFT, "label": "Present"}
    found = (await client.get(f"{PATH}?q=PRES&limit=20&offset=0", headers=admin)).json()
    assert ([each["id"] for each in found["refund_reasons"]], found["count"]) == ([id_], 1)
    for _ in range(2):
        gone = await client.delete(f"{PATH}/{id_}", headers=admin)
        assert gone.json() == {"id": id_, "object": "refund_reason", "deleted": True}
    missing = await client.get(f"{PATH}/{id_}", headers=admin)
    assert (missing.status_code, missing.json()["message"]) == (404, f"Refund reason with id: {id_} was not found")
    rest = (await client.get(PATH, headers=admin)).json()
    assert (rest["count"], rest["limit"]) == (3, 15)


async def test_what_is_refused(client: AsyncClient, admin: dict[str, str]) -> None:
    for body in ({"label": "x"}, {**GIFT, "metadata": {}}, {**GIFT, "code": None}, []):
        assert (await client.post(PATH, headers=admin, json=body)).status_code == 400, body
    assert (await client.get(f"{PATH}?code=gift", headers=admin)).status_code == 400
    assert (await client.post(f"{PATH}/refr_x", headers=admin, json={})).status_code == 404
    assert (await client.get(PATH)).status_code == 401
