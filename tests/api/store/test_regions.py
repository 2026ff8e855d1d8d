"""`/store/regions`: the model of a read."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from operations.create_region import create_region
from operations.delete_region import delete_region
from operations.seed.first_start import first_start
from tests.support.statements import recorded_statements

COUNTRIES = {"Europe": ["de", "fr"], "Nordics": ["dk", "se"], "Iberia": ["es", "pt"]}


@pytest.fixture
async def regions(database: Database) -> dict[str, str]:
    """Return the ids of three regions by their names."""

    async def work(session: AsyncSession) -> dict[str, str]:
        await first_start(session, payment_providers=["pp_system_default"])
        made = {
            name: await create_region(
                session, name=name, currency_code="eur", countries=codes, payment_providers=["pp_system_default"]
            )
            for name, codes in COUNTRIES.items()
        }
        return {name: region.id for name, region in made.items()}

    return await database.transact(work)


async def test_a_region_shows_its_countries(
    client: AsyncClient, store: dict[str, str], regions: dict[str, str]
) -> None:
    region = (await client.get(f"/store/regions/{regions['Europe']}", headers=store)).json()["region"]
    assert region.keys() == {
        *("id", "name", "currency_code", "created_at", "updated_at", "deleted_at", "metadata", "countries")
    }
    assert [country["iso_2"] for country in region["countries"]] == ["de", "fr"]


async def test_a_list_costs_as_much_as_one(
    client: AsyncClient, app: FastAPI, store: dict[str, str], regions: dict[str, str]
) -> None:
    await client.get("/store/regions", headers=store)  # the key is known from now on
    with recorded_statements(app.state.parts.database) as of_one:
        assert (await client.get("/store/regions?limit=1", headers=store)).json()["count"] == len(regions)
    with recorded_statements(app.state.parts.database) as of_all:
        assert len((await client.get("/store/regions", headers=store)).json()["regions"]) == len(regions)
    with recorded_statements(app.state.parts.database) as single:
        await client.get(f"/store/regions/{regions['Europe']}", headers=store)
    assert (len(of_one), len(of_all), len(single)) == (2, 2, 1)


async def test_what_is_not_for_the_storefront_is_dropped_in_silence(
    client: AsyncClient, store: dict[str, str], regions: dict[str, str]
) -> None:
    path = f"/store/regions/{regions['Europe']}?fields=automatic_taxes,name,payment_providers.id"
    assert (await client.get(path, headers=store)).json() == {
        "region": {"id": regions["Europe"], "name": "Europe", "payment_providers": [{"id": "pp_system_default"}]}
    }


async def test_filters_order_and_paging_narrow_the_list(
    client: AsyncClient, store: dict[str, str], regions: dict[str, str]
) -> None:
    one = (await client.get("/store/regions?name[]=Iberia", headers=store)).json()
    assert [region["id"] for region in one["regions"]] == [regions["Iberia"]]
    page = (await client.get("/store/regions?order=-name&offset=1&limit=1&fields=name", headers=store)).json()
    assert [region["name"] for region in page.pop("regions")] == ["Iberia"]
    assert page == {"count": 3, "offset": 1, "limit": 1}


async def test_a_deleted_region_is_gone(
    client: AsyncClient, store: dict[str, str], database: Database, regions: dict[str, str]
) -> None:
    gone = regions["Europe"]
    await database.transact(lambda session: delete_region(session, gone))
    assert (await client.get("/store/regions", headers=store)).json()["count"] == 2
    response = await client.get(f"/store/regions/{gone}", headers=store)
    assert (response.status_code, response.json()) == (
        404,
        {"type": "not_found", "message": f"Region with id: {gone} was not found"},
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("foo=1", "Invalid request: Unrecognized fields: 'foo'"),
        ("limit=abc", "Invalid request: Expected type: 'number' for field 'limit', got: 'abc'"),
        ("order=nope", "Order field nope is not valid"),
    ],
)
async def test_a_bad_query_is_refused(client: AsyncClient, store: dict[str, str], query: str, message: str) -> None:
    response = await client.get(f"/store/regions?{query}", headers=store)
    assert (response.status_code, response.json()) == (400, {"type": "invalid_data", "message": message})
