"""The small routes that the dashboard's shell asks, and those that a plain install hides behind flags."""

from __future__ import annotations

from httpx2 import AsyncClient

VIEWS = (
    ("GET", "/admin/views/entities"),
    ("GET", "/admin/views/orders/columns"),
    ("GET", "/admin/views/orders/configurations"),
    ("POST", "/admin/views/orders/configurations"),
    ("GET", "/admin/views/orders/configurations/active"),
    ("POST", "/admin/views/orders/configurations/active"),
    ("GET", "/admin/views/orders/configurations/x"),
    ("POST", "/admin/views/orders/configurations/x"),
    ("DELETE", "/admin/views/orders/configurations/x"),
    ("GET", "/admin/property-labels"),
    ("POST", "/admin/property-labels"),
    ("POST", "/admin/property-labels/batch"),
    ("GET", "/admin/property-labels/x"),
    ("POST", "/admin/property-labels/x"),
    ("DELETE", "/admin/property-labels/x"),
)
NO_ROUTES = (
    ("GET", "/admin/locales"),
    ("GET", "/admin/locales/de"),
    ("GET", "/admin/rbac/roles"),
    ("POST", "/admin/rbac/policies"),
    ("GET", "/admin/rbac/me/permissions"),
    ("GET", "/admin/translations"),
    ("GET", "/admin/translations/settings?is_active=true"),
    ("POST", "/admin/translations/batch"),
    ("GET", "/admin/index/details"),
    ("POST", "/admin/index/sync"),
)


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
    for method, path in VIEWS:
        answer = await client.request(method, path, headers=admin)
        assert (answer.status_code, answer.json()) == (404, {"type": "not_found", "message": "Route not found"}), path
        assert (await client.request(method, path)).status_code == 401


async def test_other_flags_hide_the_routes_themselves(client: AsyncClient, admin: dict[str, str]) -> None:
    for method, path in NO_ROUTES:
        answer = await client.request(method, path, headers=admin)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
        assert f"Cannot {method} {path.partition('?')[0]}" in answer.text
        assert (await client.request(method, path)).status_code == 401


async def test_the_store_asks_for_its_key_first(client: AsyncClient, store: dict[str, str]) -> None:
    for headers in ({}, {"x-publishable-api-key": "pk_x"}):
        assert (await client.get("/store/locales", headers=headers)).status_code == 400
    assert (await client.get("/store/locales", headers=store)).status_code == 404
