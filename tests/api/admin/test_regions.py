"""`/admin/regions`: the model of a write; the recorded answers are asked in tests/contract/test_recordings.py."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient

from kit.db import Database, run
from operations.seed.first_start import first_start

PROVIDERS = ["pp_system_default", "pp_test_rec"]


@pytest.fixture
async def europe(client: AsyncClient, admin: dict[str, str], database: Database) -> str:
    """Return the id of a region of two countries."""
    await database.transact(lambda session: first_start(session, payment_providers=PROVIDERS))
    body = {
        "name": "Europe",
        "currency_code": "EUR",
        "countries": ["de", "fr"],
        "payment_providers": PROVIDERS,
        "metadata": {"a": 1, "b": 2},
    }
    response = await client.post("/admin/regions", headers=admin, json=body)
    assert response.status_code == 200, response.text
    return str(response.json()["region"]["id"])


async def change(client: AsyncClient, admin: dict[str, str], id_: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    path = f"/admin/regions/{id_}?fields=*countries,metadata,name,currency_code,payment_providers.id"
    response = await client.post(path, headers=admin, json=body)
    assert response.status_code == 200, response.text
    region: dict[str, Any] = response.json()["region"]
    return region


async def events(database: Database) -> list[str]:
    async with database.reading() as connection:
        names = await run(connection, "SELECT name FROM outbox_event WHERE starts_with(name, 'region.') ORDER BY id")
    return [row[0] for row in names]


async def test_what_is_left_out_stays(client: AsyncClient, admin: dict[str, str], europe: str) -> None:
    region = await change(client, admin, europe, name="Old World")
    assert (region["name"], region["currency_code"], region["metadata"]) == ("Old World", "eur", {"a": 1, "b": 2})
    assert [country["iso_2"] for country in region["countries"]] == ["de", "fr"]
    assert sorted(provider["id"] for provider in region["payment_providers"]) == PROVIDERS


async def test_sets_are_replaced_and_metadata_is_merged(
    client: AsyncClient, admin: dict[str, str], europe: str
) -> None:
    given = {"countries": ["fr", "it"], "payment_providers": PROVIDERS[:1], "metadata": {"a": "", "c": 3.5}}
    region = await change(client, admin, europe, **given)
    assert [country["iso_2"] for country in region["countries"]] == ["fr", "it"]
    assert [provider["id"] for provider in region["payment_providers"]] == PROVIDERS[:1]
    assert region["metadata"] == {"b": 2, "c": 3.5}
    assert (await change(client, admin, europe, metadata=None))["metadata"] is None


async def test_each_write_is_an_event(
    client: AsyncClient, admin: dict[str, str], database: Database, europe: str
) -> None:
    await change(client, admin, europe, name="Old World")
    for _ in range(2):  # again is no error, and no event
        response = await client.delete(f"/admin/regions/{europe}", headers=admin)
        assert response.json() == {"id": europe, "object": "region", "deleted": True}
    assert await events(database) == ["region.created", "region.updated", "region.deleted"]


async def test_a_deleted_region_frees_its_countries(client: AsyncClient, admin: dict[str, str], europe: str) -> None:
    taken = {"name": "Again", "currency_code": "eur", "countries": ["de"]}
    refused = await client.post("/admin/regions", headers=admin, json=taken)
    assert refused.json()["message"] == 'Countries with codes: "de" are already assigned to a region'
    await client.delete(f"/admin/regions/{europe}", headers=admin)
    assert (await client.post("/admin/regions", headers=admin, json=taken)).status_code == 200


async def test_a_region_that_is_not_there_cannot_be_changed(client: AsyncClient, admin: dict[str, str]) -> None:
    response = await client.post("/admin/regions/reg_x", headers=admin, json={"name": "x"})
    assert (response.status_code, response.json()["message"]) == (404, "Region with id: reg_x was not found")


async def test_bad_fields_are_refused_before_anything_is_written(
    client: AsyncClient, admin: dict[str, str], database: Database
) -> None:
    body = {"name": "x", "currency_code": "eur"}
    assert (await client.post("/admin/regions?foo=1", headers=admin, json=body)).status_code == 400
    assert await events(database) == []


async def test_prices_of_a_region_say_whether_they_include_tax(
    client: AsyncClient, admin: dict[str, str], database: Database, europe: str
) -> None:
    await change(client, admin, europe, is_tax_inclusive=True)
    async with database.reading() as connection:
        kept = await run(connection, "SELECT is_tax_inclusive FROM price_preference WHERE value = $1", europe)
    assert [row[0] for row in kept] == [True]


@pytest.mark.usefixtures("europe")
async def test_however_many_claim_a_country_it_has_one_region(client: AsyncClient, admin: dict[str, str]) -> None:
    """In different orders, so that claims of single rows would meet each other half-way."""
    codes = ["it", "es", "pt", "se", "fi", "no"]

    async def claim(number: int) -> int:
        body = {"name": str(number), "currency_code": "eur", "countries": codes[number:] + codes[:number]}
        return (await client.post("/admin/regions", headers=admin, json=body)).status_code

    assert sorted(await asyncio.gather(*(claim(number) for number in range(6)))) == [200, *[400] * 5]
    regions = (await client.get("/admin/regions", headers=admin)).json()["regions"]
    assert sorted(len(region["countries"]) for region in regions) == [2, 6]


async def test_a_payment_provider_that_is_not_installed(
    client: AsyncClient, admin: dict[str, str], europe: str
) -> None:
    message = "Payment providers with ids pp_x not found or not enabled"
    body = {"name": "x", "currency_code": "eur", "payment_providers": ["pp_x", *PROVIDERS]}
    for path in ("/admin/regions", f"/admin/regions/{europe}"):
        answer = await client.post(path, headers=admin, json=body)
        assert (answer.status_code, answer.json()) == (400, {"type": "invalid_data", "message": message})


async def test_filters(client: AsyncClient, admin: dict[str, str], europe: str) -> None:
    async def found(query: str) -> list[str]:
        answer = await client.get(f"/admin/regions?fields=id,name&{query}", headers=admin)
        assert answer.status_code == 200, answer.text
        return [region["id"] for region in answer.json()["regions"]]

    for query in ("q=EURO", "currency_code[]=eur", "name=Europe", "created_at[$gt]=2020-01-01", "order=-name"):
        assert await found(query) == [europe], query
    for query in ("q=x", "currency_code=usd", "updated_at[$lt]=2020-01-01"):
        assert await found(query) == [], query
    await client.delete(f"/admin/regions/{europe}", headers=admin)
    assert await found("with_deleted=false") == []
    assert await found("with_deleted=true") == [europe]
