"""The recorded answers about errors, CORS, login and regions, asked of our API in their order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from api.state import State
from commerce.auth.passwords import Passwords
from kit.db import Database
from operations.create_admin_user import create_admin_user
from tests.api.conftest import bearer
from tests.support.recorded_shop import build_recorded_shop
from tests.support.recordings import Comparison, Recording, recordings

LATER = {
    "errors": {"admin_token_on_store_me"},  # no /store/customers yet
    "auth": set(),
    "store_regions": set(),
    "admin_regions": set(),
    "admin_users": set(),
    "admin_product_tags": set(),
}
ONLY = {
    "auth": {
        *("admin_login", "login_wrong_password", "login_missing_password", "login_unknown_email"),
        *("login_unknown_provider", "customer_register", "customer_register_again"),
    },
    "admin_users": {"me"},
}
CREDENTIALS = {"{{admin_email}}": "admin@example.com", "{{admin_password}}": "supersecret"}


class Shop:
    """The recorded shop behind our API."""

    def __init__(self, client: AsyncClient, comparison: Comparison, headers: Mapping[str, Mapping[str, str]]) -> None:
        self._client = client
        self.comparison = comparison
        self._headers = headers

    async def ask(self, recording: Recording) -> Response:
        headers = {**recording.headers}
        for kind in recording.auth.split(" + "):
            headers |= self._headers[kind]
        body = recording.body
        if body is not None and not isinstance(body, str):
            body = self.comparison.translate(json.dumps(body))
            headers["content-type"] = "application/json"
            for placeholder, value in CREDENTIALS.items():
                body = body.replace(placeholder, value)
        path = self.comparison.translate(recording.path)
        return await self._client.request(recording.method, path, headers=headers, content=body)


@pytest.fixture
async def shop(client: AsyncClient, state: State, database: Database, customer: dict[str, str]) -> Shop:
    built = await database.transact(build_recorded_shop)
    hashed = await Passwords(8, 1, 1).hash(CREDENTIALS["{{admin_password}}"])
    user_id = await database.transact(
        lambda session: create_admin_user(session, CREDENTIALS["{{admin_email}}"], hashed)
    )
    built.labels["admin_user"] = user_id
    user = await bearer(state, database, "user", user_id)
    headers = {
        "none": {},
        "publishable key": {"x-publishable-api-key": built.publishable_key},
        "invalid publishable key": {"x-publishable-api-key": "pk_wrong"},
        "admin user bearer": {**user},
        "invalid bearer": {"authorization": "Bearer nonsense"},
        "bearer (customer_token)": customer,
    }
    return Shop(client, Comparison(built), headers)


def body_of(response: Response) -> Any:  # noqa: ANN401 - JSON, text or nothing
    if response.headers.get("content-type", "").startswith("application/json"):
        return response.json()
    return response.text or None


@pytest.mark.parametrize("file", sorted(LATER))
async def test_answers_are_as_recorded(shop: Shop, file: str) -> None:
    differing = {}
    for recording in recordings(file):
        if recording.name in LATER[file] or recording.name not in ONLY.get(file, {recording.name}):
            continue
        response = await shop.ask(recording)
        found = [f"{path}: {theirs!r}, got {ours!r}" for path, theirs, ours in _differences(shop, recording, response)]
        if found:
            differing[recording.name] = found
    assert not differing


def _differences(shop: Shop, recording: Recording, response: Response) -> list[tuple[str, object, object]]:
    found = shop.comparison.deviations(replace(recording), body_of(response))
    if response.status_code != recording.status:
        found.append(("status", recording.status, response.status_code))
    for name, value in recording.answer_headers.items():
        if response.headers.get(name) != value:
            found.append((name, value, response.headers.get(name)))
    if "access-control-allow-origin" in response.headers and recording.answer_headers:
        found += (
            [("allow-origin", None, "given")] if "access-control-allow-origin" not in recording.answer_headers else []
        )
    return found
