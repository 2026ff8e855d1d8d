"""`/admin/currencies`: the world's, by their codes."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from kit.db import Database
from operations.seed.first_start import first_start


@pytest.fixture(autouse=True)
async def _seeded(database: Database) -> None:
    await database.transact(lambda session: first_start(session, payment_providers=[]))


async def test_currencies_are_found_by_code_and_by_name(client: AsyncClient, admin: dict[str, str]) -> None:
    listed = (await client.get("/admin/currencies?code[]=usd&code[]=eur", headers=admin)).json()
    assert ([each["code"] for each in listed["currencies"]], listed["limit"]) == (["eur", "usd"], 200)
    found = (await client.get("/admin/currencies?q=krone", headers=admin)).json()
    assert sorted(each["code"] for each in found["currencies"]) == ["dkk", "nok"]
    assert (await client.get("/admin/currencies?q=KRONE&limit=0", headers=admin)).json()["count"] == 2
    one = (await client.get("/admin/currencies/eur?fields=code,raw_rounding", headers=admin)).json()
    assert one == {"currency": {"code": "eur", "raw_rounding": {"value": "0", "precision": 20}}}


async def test_what_is_no_currency(client: AsyncClient, admin: dict[str, str]) -> None:
    missing = await client.get("/admin/currencies/zzz", headers=admin)
    assert missing.json() == {"type": "not_found", "message": "Currency with code: zzz was not found"}
    assert (await client.get("/admin/currencies/EUR", headers=admin)).status_code == 404
    assert (await client.get("/admin/currencies?name=Euro", headers=admin)).status_code == 400
    assert (await client.get("/admin/currencies")).status_code == 401
