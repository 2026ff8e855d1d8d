"""CORS per area; the recorded preflights are asked in tests/contract/test_recordings.py."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from api.cors import Origins
from tests.api.conftest import ORIGIN

PREFLIGHT = {"access-control-request-method": "GET"}


async def test_an_answer_names_the_origin_that_may_read_it(client: AsyncClient, store: dict[str, str]) -> None:
    response = await client.get("/store/regions", headers={**store, "origin": ORIGIN})
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    ("path", "origin", "allowed"),
    [
        ("/store/regions", "https://de.shop.example", True),
        ("/store/regions", "https://shop.example.evil.example", False),
        ("/admin/users/me", ORIGIN, False),
        ("/admin/users/me", "http://localhost:9000", True),
        ("/auth/user/emailpass", ORIGIN, True),
        ("/auth/user/emailpass", "http://localhost:9000", False),
        ("/health", ORIGIN, False),
    ],
)
async def test_each_area_has_its_own_origins(client: AsyncClient, path: str, origin: str, allowed: bool) -> None:  # noqa: FBT001 - a table
    response = await client.get(path, headers={"origin": origin})
    assert (response.headers.get("access-control-allow-origin") == origin) is allowed


async def test_a_preflight_needs_no_key_and_echoes_the_headers(client: AsyncClient) -> None:
    wanted = "x-publishable-api-key,content-type"
    headers = {**PREFLIGHT, "origin": ORIGIN, "access-control-request-headers": wanted}
    response = await client.options("/store/anything", headers=headers)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-headers"] == wanted
    assert "access-control-allow-headers" not in (await client.options("/store/x", headers=PREFLIGHT)).headers


def test_a_regular_expression_is_between_slashes() -> None:
    origins = Origins(" http://a.example , /^https://b\\d\\.example$/i ,")
    assert origins.allow("http://a.example")
    assert origins.allow("https://B7.example")
    assert not origins.allow("http://a.example.evil")
    assert not origins.allow("https://b.example")
