"""The error table, envelope and doors, as contract/examples/errors.json recorded them."""

from __future__ import annotations

from httpx2 import AsyncClient


async def test_a_store_request_without_key_is_refused(client: AsyncClient) -> None:
    response = await client.get("/store/regions")
    assert response.status_code == 400
    assert response.json() == {
        "type": "not_allowed",
        "message": "Publishable API key required in the request header: x-publishable-api-key. "
        "You can manage your keys in settings in the dashboard.",
    }


async def test_the_key_check_comes_before_the_unknown_path(client: AsyncClient, store: dict[str, str]) -> None:
    refused = await client.get("/store/nope")
    assert (refused.status_code, refused.json()["type"]) == (400, "not_allowed")
    response = await client.get("/store/nope", headers=store)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "<pre>Cannot GET /store/nope</pre>" in response.text


async def test_regions(client: AsyncClient, store: dict[str, str], admin: dict[str, str]) -> None:
    response = await client.get("/store/regions", headers=store)
    assert response.json() == {"regions": [], "count": 0, "offset": 0, "limit": 50}
    print(response.headers)
    print((await client.get("/admin/users/me", headers=admin)).text)
    print(
        (await client.post("/auth/user/emailpass", json={"email": "admin@example.com", "password": "supersecret"})).text
    )
    print((await client.get("/ready")).text)
    print((await client.get("/docs")).text[:600])
