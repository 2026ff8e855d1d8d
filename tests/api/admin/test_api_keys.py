"""`/admin/api-keys`: a secret is told once, and what is revoked opens nothing."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncClient

from kit.db import Database, run
from tests.support.people import People


async def make(client: AsyncClient, admin: dict[str, str], type_: str, **headers: str) -> dict[str, Any]:
    response = await client.post("/admin/api-keys", headers={**admin, **headers}, json={"title": "CI", "type": type_})
    assert response.status_code == 200, response.text
    return dict(response.json()["api_key"])


async def test_a_secret_is_told_once_and_kept_nowhere(
    client: AsyncClient, admin: dict[str, str], admin_id: str, people: People
) -> None:
    key = await make(client, admin, "secret", **{"idempotency-key": "k1"})
    token = key["token"]
    assert (len(token), key["redacted"]) == (67, f"{token[:6]}***{token[-3:]}")
    assert key["created_by"] == admin_id
    replayed = await make(client, admin, "secret", **{"idempotency-key": "k1"})
    assert replayed == {**key, "token": ""}
    for path in (
        f"/admin/api-keys/{key['id']}",
        f"/admin/api-keys/{key['id']}?fields=*",
        "/admin/api-keys?type=secret",
    ):
        answer = await client.get(path, headers=admin)
        assert answer.status_code == 200
        assert token not in answer.text
        shown = answer.json().get("api_key") or answer.json()["api_keys"][0]
        assert shown["token"] == ""
    ((stored,),) = await people.rows("SELECT token FROM api_key WHERE id = $1", key["id"])
    assert stored not in (await client.get("/admin/api-keys?q=sk_&fields=*", headers=admin)).text
    for guess in (token, stored):
        found = await client.get(f"/admin/api-keys?token={guess}", headers=admin)
        assert found.json()["count"] == 0
    everything = str(await people.rows("SELECT k::text, i.body FROM api_key k, idempotency_key i"))
    assert token not in everything


async def test_a_revoked_secret_opens_nothing_at_once(
    client: AsyncClient, admin: dict[str, str], admin_id: str
) -> None:
    key = await make(client, admin, "secret")
    headers, path = {"authorization": f"Basic {key['token']}"}, f"/admin/api-keys/{key['id']}"
    assert (await client.get("/admin/regions", headers=headers)).status_code == 200
    alive = await client.delete(path, headers=admin)
    assert (alive.status_code, alive.json()) == (
        400,
        {"type": "not_allowed", "message": f"Cannot delete api keys that are not revoked - {key['id']}"},
    )
    revoked = (await client.post(f"{path}/revoke", headers=admin)).json()["api_key"]
    assert (revoked["revoked_by"], revoked["token"]) == (admin_id, "")
    assert (await client.get("/admin/regions", headers=headers)).status_code == 401
    later = (await client.post(f"{path}/revoke", headers=admin, json={"revoke_in": 60})).json()["api_key"]
    assert later["revoked_at"] == revoked["revoked_at"]  # a revocation is not taken back
    for _ in range(2):
        gone = await client.delete(path, headers=admin)
        assert gone.json() == {"id": key["id"], "object": "api_key", "deleted": True}
    assert (await client.get(path, headers=admin)).status_code == 404


async def test_a_key_may_be_revoked_later_and_sooner_after_all(
    client: AsyncClient, admin: dict[str, str], database: Database
) -> None:
    key = await make(client, admin, "secret")
    headers, path = {"authorization": f"Basic {key['token']}"}, f"/admin/api-keys/{key['id']}/revoke"
    later = await client.post(path, headers=admin, json={"revoke_in": 3600.5})
    assert later.json()["api_key"]["revoked_at"] > key["created_at"]
    assert (await client.get("/admin/regions", headers=headers)).status_code == 200
    assert (await client.delete(path.removesuffix("/revoke"), headers=admin)).status_code == 400
    await database.transact(lambda s: run(s, "UPDATE api_key SET revoked_at = revoked_at - interval '2 hours'"))
    assert (await client.post(path, headers=admin, json={})).status_code == 200  # forgets what was kept of the keys
    assert (await client.get("/admin/regions", headers=headers)).status_code == 401


async def test_channels_come_and_go_and_a_cart_follows(
    client: AsyncClient, admin: dict[str, str], channel_id: str
) -> None:
    key = await make(client, admin, "publishable")
    storefront, path = {"x-publishable-api-key": key["token"]}, f"/admin/api-keys/{key['id']}/sales-channels"
    bare = await client.get("/store/products?limit=1", headers=storefront)
    assert bare.json()["message"] == "Publishable key needs to have a sales channel configured"
    for _ in range(2):
        linked = await client.post(path, headers=admin, json={"add": [channel_id, channel_id]})
        assert [each["id"] for each in linked.json()["api_key"]["sales_channels"]] == [channel_id]
    assert (await client.get("/store/products?limit=1", headers=storefront)).status_code == 200
    unknown = await client.post(path, headers=admin, json={"add": ["sc_x"], "remove": [channel_id]})
    assert (unknown.status_code, unknown.json()["message"]) == (404, "Sales channels with IDs: sc_x do not exist")
    assert (await client.get("/store/products?limit=1", headers=storefront)).status_code == 200
    emptied = await client.post(path, headers=admin, json={"remove": [channel_id]})
    assert emptied.json()["api_key"]["sales_channels"] == []
    assert (await client.get("/store/products?limit=1", headers=storefront)).status_code == 400
    secret = await make(client, admin, "secret")
    refused = await client.post(
        f"/admin/api-keys/{secret['id']}/sales-channels", headers=admin, json={"add": [channel_id]}
    )
    assert (refused.status_code, refused.json()["type"]) == (400, "invalid_data")


@pytest.mark.parametrize("body", [{"revoke_in": -1}, {"revoke_in": 10**12}, {"revoke_in": "5"}, {"revoke_on": 5}])
async def test_a_bad_moment_is_refused(client: AsyncClient, admin: dict[str, str], body: dict[str, object]) -> None:
    key = await make(client, admin, "secret")
    response = await client.post(f"/admin/api-keys/{key['id']}/revoke", headers=admin, json=body)
    assert (response.status_code, response.json()["type"]) == (400, "invalid_data")
    renamed = await client.post(f"/admin/api-keys/{key['id']}", headers=admin, json={"title": "CI 2"})
    assert (renamed.json()["api_key"]["title"], renamed.json()["api_key"]["revoked_at"]) == ("CI 2", None)
