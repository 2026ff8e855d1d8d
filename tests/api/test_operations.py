"""What operators and developers look at: health, readiness, request ids, the description of the API, pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from api.app import create_app
from kit.settings import Settings


async def test_health_asks_nothing(client: AsyncClient) -> None:
    response = await client.get("/health")
    assert (response.status_code, response.text) == (200, "OK")


async def test_ready_names_each_part(client: AsyncClient) -> None:
    """Without Temporal the shop can be browsed: it is ready, and says what is down."""
    response = await client.get("/ready")
    assert (response.status_code, response.json()) == (
        200,
        {"status": "ready", "postgresql": "up", "temporal": "down"},
    )


async def test_ready_sees_temporal(settings: Settings, temporal: str) -> None:
    app = create_app(settings.model_copy(update={"temporal_address": temporal}))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app=app), base_url="http://api") as client,
    ):
        assert (await client.get("/ready")).json()["temporal"] == "up"


@pytest.mark.parametrize(("given", "kept"), [("order-42:a.b_c", True), ("", False), ("a b", False), ("x" * 129, False)])
async def test_a_request_id_comes_back_or_is_made(client: AsyncClient, given: str, kept: bool) -> None:  # noqa: FBT001 - a table
    told = (await client.get("/health", headers={"x-request-id": given})).headers["x-request-id"]
    assert told == given if kept else re.fullmatch("[0-9a-f]{32}", told)


async def test_the_description_and_its_page_load_nothing_from_elsewhere(client: AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 3
    assert all(address.startswith("/docs/assets/") for address in loaded)
    for address in loaded:
        assert (await client.get(address)).status_code == 200
    schema = (await client.get("/openapi.json")).json()
    assert schema["paths"]["/store/regions"]["get"]["security"][0] == {"publishable_key": []}
    assert {"bearer": []} in schema["paths"]["/admin/regions"]["post"]["security"]
    assert "AdminCreateRegion" in schema["components"]["schemas"]


async def test_pictures_are_served_from_the_files_folder(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mug.png").write_bytes(b"\x89PNG")
    (tmp_path.parent / "secret").write_text("x")
    app = create_app(settings.model_copy(update={"files_dir": tmp_path}))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app=app), base_url="http://api") as client,
    ):
        assert (await client.get("/static/mug.png")).content == b"\x89PNG"
        for path in ("/static/none.png", "/static/../secret", "/static/%2e%2e/secret"):
            assert (await client.get(path)).status_code == 404


def test_a_missing_secret_stops_the_start(settings: Settings) -> None:
    with pytest.raises(ValueError, match="EURYALE_JWT_SECRET"):
        create_app(settings.model_copy(update={"jwt_secret": ""}))
