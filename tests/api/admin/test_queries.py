"""The query language on a real list, `/admin/product-tags`; its grammar is tested in tests/kit/query."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

VALUES = ("Summer 26", "summer sale", "Winter", "50% off", "50 cents", "a_b")


@pytest.fixture
async def tags(client: AsyncClient, admin: dict[str, str]) -> dict[str, str]:
    """Return the ids of some tags by value."""
    made = {}
    for value in VALUES:
        response = await client.post("/admin/product-tags", headers=admin, json={"value": value})
        assert response.status_code == 200, response.text
        made[value] = response.json()["product_tag"]["id"]
    return made


async def test_what_a_dashboard_and_a_script_ask_of_a_list(
    client: AsyncClient, admin: dict[str, str], tags: dict[str, str]
) -> None:
    async def values(query: str) -> list[str]:
        response = await client.get(f"/admin/product-tags?{query}", headers=admin)
        assert response.status_code == 200, response.text
        answer = response.json()
        assert answer["count"] >= len(answer["product_tags"])
        return [tag["value"] for tag in answer["product_tags"]]

    assert await values("q=SUMMER") == ["Summer 26", "summer sale"]
    assert await values("q=0%25") == ["50% off"]
    assert await values("q=_") == ["a_b"]
    assert await values("q=") == list(VALUES)
    assert await values("limit=0") == []
    assert await values("$or[0][value]=Winter&$or[1][q]=cents") == ["Winter", "50 cents"]
    assert await values("created_at[$gte]=2020-01-01T00:00:00Z&created_at[$lt]=2020-01-02") == []
    assert len(await values("created_at[$gte]=2020-01-01T00:00:00Z&updated_at[$lte]=2999-01-01")) == len(VALUES)
    assert await client.delete(f"/admin/product-tags/{tags['Winter']}", headers=admin)
    assert await values("q=winter") == []
    assert await values("q=winter&with_deleted=true") == ["Winter"]
    assert await values("with_deleted=true&deleted_at[$gt]=2020-01-01&fields=value") == ["Winter"]


async def test_a_single_read_and_a_storefront_see_nothing_deleted(
    client: AsyncClient, admin: dict[str, str], store: dict[str, str], tags: dict[str, str]
) -> None:
    await client.delete(f"/admin/product-tags/{tags['Winter']}", headers=admin)
    single = await client.get(f"/admin/product-tags/{tags['Winter']}?with_deleted=true", headers=admin)
    assert single.json()["message"] == "Invalid request: Unrecognized fields: 'with_deleted'"
    body = {"name": "Gone", "currency_code": "eur"}
    region = (await client.post("/admin/regions", headers=admin, json=body)).json()["region"]
    await client.delete(f"/admin/regions/{region['id']}", headers=admin)
    for headers, area, count in ((admin, "admin", 1), (store, "store", 0)):
        answer = await client.get(f"/{area}/regions?with_deleted=true&q=gone", headers=headers)
        assert answer.json()["count"] == count, answer.text
