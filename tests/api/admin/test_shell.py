"""The small routes that the dashboard's shell asks, and those that a plain install hides behind flags."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from httpx2 import AsyncClient

CONTRACT = Path(__file__).parents[2] / "data" / "contract"
IN_JSON, IN_HTML = {"view_configurations"}, {"rbac", "translation", "index_engine"}


def behind(flags: set[str]) -> list[tuple[str, str]]:
    """Return the contract's admin routes behind these flags; layouts answer without theirs (admin_calls.json)."""
    with (CONTRACT / "endpoints.csv").open(newline="") as file:
        return [
            (row["method"], re.sub(r":\w+", "x", row["path"]))
            for row in csv.DictReader(file)
            if row["requires"] in flags and re.match("/admin/(?!layouts)", row["path"])
        ]


async def test_a_login_page_asks_before_anybody_is_known(client: AsyncClient) -> None:
    flags = (await client.get("/admin/feature-flags")).json()["feature_flags"]
    assert set(flags.values()) == {False}
    assert {"rbac", "translation", "view_configurations"} <= flags.keys()
    cloud = await client.get("/cloud/auth", headers={"origin": "http://localhost:8000"})
    assert cloud.json() == {"enabled": False}
    assert cloud.headers["access-control-allow-origin"] == "http://localhost:8000"
    assert (await client.post("/cloud/auth/users")).status_code == 404


async def test_plugins(client: AsyncClient, admin: dict[str, str]) -> None:
    listed = await client.get("/admin/plugins", headers=admin)
    assert listed.json() == {"plugins": [{"name": "@medusajs/draft-order"}]}
    assert (await client.get("/admin/plugins")).status_code == 401


async def test_views_refuse_in_json(client: AsyncClient, admin: dict[str, str]) -> None:
    routes = behind(IN_JSON)
    assert len(routes) == 15
    for method, path in routes:
        answer = await client.request(method, path, headers=admin)
        assert (answer.status_code, answer.json()) == (404, {"type": "not_found", "message": "Route not found"}), path
        assert (await client.request(method, path)).status_code == 401


async def test_other_flags_hide_the_routes_themselves(client: AsyncClient, admin: dict[str, str]) -> None:
    routes = behind(IN_HTML)
    assert len(routes) == 30
    for method, path in routes:
        answer = await client.request(method, f"{path}?is_active=true", headers=admin)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
        assert f"Cannot {method} {path}" in answer.text
        assert (await client.request(method, path)).status_code == 401


async def test_the_store_asks_for_its_key_first(client: AsyncClient, store: dict[str, str]) -> None:
    for headers in ({}, {"x-publishable-api-key": "pk_x"}):
        assert (await client.get("/store/locales", headers=headers)).status_code == 400
    assert (await client.get("/store/locales", headers=store)).status_code == 404
