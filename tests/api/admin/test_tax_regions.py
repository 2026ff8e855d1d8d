"""`/admin/tax-regions`: countries, provinces below them, the rate that each begins with."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from kit.db import Database, run
from operations.seed.first_start import first_start

RATE = {"rate": 5, "code": "GST", "name": "GST"}


@pytest.fixture(autouse=True)
async def _seeded(database: Database) -> None:
    await database.transact(lambda session: first_start(session, payment_providers=[]))


async def make(client: AsyncClient, admin: dict[str, str], **body: Any) -> Response:  # noqa: ANN401 - JSON
    return await client.post("/admin/tax-regions", headers=admin, json={"country_code": "CA", **body})


@pytest.fixture
async def canada(client: AsyncClient, admin: dict[str, str]) -> str:
    made = await make(client, admin, provider_id="tp_system", default_tax_rate=RATE)
    assert made.status_code == 200, made.text
    return str(made.json()["tax_region"]["id"])


async def live(database: Database) -> list[int]:
    """Return how many regions, rates and rules are not deleted."""
    async with database.reading() as connection:
        counted = await run(
            connection,
            """SELECT (SELECT count(*) FROM tax_region WHERE deleted_at IS NULL),
              (SELECT count(*) FROM tax_rate WHERE deleted_at IS NULL),
              (SELECT count(*) FROM tax_rate_rule WHERE deleted_at IS NULL)""",
        )
    return list(counted[0])


REFUSED: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({}, 400, "Invalid request: Provider is required when creating a non-province tax region."),
    ({"provider_id": "tp_x"}, 400, "Tax provider with id: tp_x is not installed"),
    ({"provider_id": "tp_system"}, 400, "Tax region with country_code: ca, already exists."),
    ({"province_code": "on", "parent_id": "txreg_x"}, 404, "Tax region with id: txreg_x was not found"),
    (
        {"country_code": "us", "province_code": "on", "parent_id": "canada"},
        400,
        "The parent of a province in us is the tax region of that country",
    ),
    (
        {"province_code": "on", "default_tax_rate": {"rate": "5", "name": "x"}},
        400,
        "Invalid request: Field 'default_tax_rate, rate' is required; Field 'default_tax_rate, code' is required",
    ),
    ({"nonsense": 1}, 400, "Invalid request: Unrecognized fields: 'nonsense'"),
)


async def test_what_is_refused(client: AsyncClient, admin: dict[str, str], database: Database, canada: str) -> None:
    for body, status, message in REFUSED:
        real = {**body, "parent_id": canada} if body.get("parent_id") == "canada" else body
        answer = await make(client, admin, **real)
        assert (answer.status_code, answer.json()["message"]) == (status, message)
    assert await live(database) == [1, 1, 0]


async def test_a_province_stands_below_its_country(
    client: AsyncClient, admin: dict[str, str], admin_id: str, canada: str
) -> None:
    made = await make(client, admin, province_code="ON", parent_id=canada, default_tax_rate={**RATE, "rate": 8.5})
    province = made.json()["tax_region"]
    assert (province["country_code"], province["province_code"], province["created_by"]) == ("ca", "on", admin_id)
    assert (province["parent"]["id"], province["parent"]["provider"]) == (canada, {"id": "tp_system"})
    assert province["tax_rates"][0]["rate"] == 8.5
    twice = await make(client, admin, province_code="on", parent_id=canada)
    assert twice.json()["message"] == "Tax region with country_code: ca, province_code: on, already exists."
    deep = await make(client, admin, province_code="ot", parent_id=province["id"])
    assert deep.status_code == 400
    country = (await client.get(f"/admin/tax-regions/{canada}", headers=admin)).json()["tax_region"]
    assert [child["id"] for child in country["children"]] == [province["id"]]
    below = f"/admin/tax-regions?parent_id={canada}&fields=id"
    assert (await client.get(below, headers=admin)).json()["tax_regions"] == [{"id": province["id"]}]
    above = "/admin/tax-regions?parent_id=null&fields=id&order=country_code"
    assert (await client.get(above, headers=admin)).json()["tax_regions"] == [{"id": canada}]
    found = await client.get("/admin/tax-regions?q=oN&country_code[$in][]=ca&limit=5", headers=admin)
    assert [each["id"] for each in found.json()["tax_regions"]] == [province["id"]]


async def test_changes_and_what_they_refuse(client: AsyncClient, admin: dict[str, str], canada: str) -> None:
    province = (await make(client, admin, province_code="bc", parent_id=canada)).json()["tax_region"]["id"]
    path = f"/admin/tax-regions/{province}"
    moved = await client.post(path, headers=admin, json={"province_code": "QC", "metadata": {"a": 1}})
    assert (moved.json()["tax_region"]["province_code"], moved.json()["tax_region"]["metadata"]) == ("qc", {"a": 1})
    for body in ({"province_code": None}, {"provider_id": "tp_x"}, {"country_code": "us"}, {"provider_id": None}):
        assert (await client.post(path, headers=admin, json=body)).status_code == 400, body
    missing = await client.post("/admin/tax-regions/txreg_x", headers=admin, json={})
    assert (missing.status_code, missing.json()["message"]) == (404, "Tax region with id: txreg_x was not found")
    assert (await client.get("/admin/tax-regions/txreg_x", headers=admin)).status_code == 404


async def test_a_deleted_country_takes_everything_below_along(
    client: AsyncClient, admin: dict[str, str], database: Database, canada: str
) -> None:
    await make(client, admin, province_code="on", parent_id=canada, default_tax_rate=RATE)
    rule = {"reference": "product", "reference_id": "prod_1"}
    made = await client.post("/admin/tax-rates", headers=admin, json={**RATE, "tax_region_id": canada, "rules": [rule]})
    assert made.status_code == 200
    assert await live(database) == [2, 3, 1]
    for _ in range(2):
        gone = await client.delete(f"/admin/tax-regions/{canada}", headers=admin)
        assert gone.json() == {"id": canada, "object": "tax_region", "deleted": True}
    assert await live(database) == [0, 0, 0]
    assert (await make(client, admin, provider_id="tp_system")).status_code == 200


async def test_however_many_try_a_country_has_one_region(
    client: AsyncClient, admin: dict[str, str], database: Database
) -> None:
    answers = await asyncio.gather(*(make(client, admin, provider_id="tp_system") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 5]
    assert (await live(database))[0] == 1


async def test_providers_are_listed(client: AsyncClient, admin: dict[str, str]) -> None:
    listed = (await client.get("/admin/tax-providers?is_enabled=true&id=tp_system", headers=admin)).json()
    assert listed == {"tax_providers": [{"id": "tp_system", "is_enabled": True}], "count": 1, "offset": 0, "limit": 20}
    assert (await client.get("/admin/tax-providers?is_enabled=perhaps", headers=admin)).status_code == 400
