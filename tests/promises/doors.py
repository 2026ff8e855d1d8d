"""Every route of the contract that the application has, asked by everybody who might knock (section 2.2)."""

from __future__ import annotations

import base64
import csv
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

from api.actors import NO_KEY, WRONG_KEY
from kit.db import Database
from operations.create_admin import create_admin
from operations.seed.first_start import first_start
from tests.contract.routes import Route, Routes
from tests.support.routes_tested import UNCOUNTED

ENDPOINTS = Path(__file__).parents[1] / "data" / "contract" / "endpoints.csv"
EMAIL, PASSWORD = "admin@example.com", "supersecret"
CANARY = "Carla Canary"  # stands in what is hers, and in nobody else's answers
SPENT = "Invalid token"  # what only a token for this one purpose opens
FILLED = {":actor_type": "customer", ":auth_provider": "emailpass"}


class Door(StrEnum):
    """How the door of a route answered."""

    IN = "let in"
    OUT = "401"
    KEYLESS = "400, a publishable key is required"
    WRONG = "400, a valid publishable key is required"


ACTORS = ("nobody", "storefront", "revoked key", "customer", "other customer", "user", "secret key", "session")
I, O, K, W = Door.IN, Door.OUT, Door.KEYLESS, Door.WRONG  # noqa: E741 - the columns of the table
# Everybody but nobody and the revoked key has a good publishable key too: at a door that does not ask for one it is
# nothing. `session` is a user's cookie.
EXPECTED: Mapping[str, tuple[Door, ...]] = {
    "user": (O, O, O, O, O, I, I, I),
    "publishable key (customer optional)": (K, I, W, I, I, I, I, I),
    "publishable key + customer": (K, O, W, I, I, O, O, O),
    "publishable key + registration token (actor customer, unregistered allowed)": (K, O, W, I, I, O, O, O),
    "none": (I, I, I, I, I, I, I, I),
    "any actor (session/bearer)": (O, O, O, I, I, I, O, I),
    "any actor (bearer)": (O, O, O, I, I, I, O, O),
    "any actor (session)": (O, O, O, O, O, O, O, I),
    "registration or user token (session/bearer)": (O, O, O, O, O, I, O, I),
    "user (session/bearer) unregistered allowed": (O, O, O, O, O, I, O, I),
    "user (bearer) unregistered allowed": (O, O, O, O, O, I, O, O),
    "reset token (bearer)": (O, O, O, O, O, O, O, O),
}


def endpoints(app: FastAPI) -> list[tuple[Route, str]]:
    """Return the routes of the contract that exist, each with who may call it; what ends a session comes last."""
    with ENDPOINTS.open(newline="") as file:
        rows = [((row["method"], row["path"]), row["auth"]) for row in csv.DictReader(file) if not row["requires"]]
    routes = Routes(app, [route for route, _ in rows])
    return sorted((row for row in rows if routes.has(row[0])), key=lambda row: row[0] == ("DELETE", "/auth/session"))


@dataclass
class Street:
    """The application, and the headers of everybody who knocks; `owned` are ids of what is Carla's."""

    app: FastAPI
    client: AsyncClient
    headers: Mapping[str, Mapping[str, str]]
    owned: Mapping[str, str]

    async def knock(self, actor: str, route: Route) -> Response:
        """Ask a route with nothing in its body; its parameters are Carla's ids or of nobody."""
        method, path = route
        filled = re.sub(r":\w+", lambda found: {**FILLED, **self.owned}.get(found[0], "unknown"), path)
        body = {"json": {}} if method == "POST" else {}
        self.client.cookies.clear()  # a session that was opened by another
        return await self.client.request(method, filled, headers=self.headers[actor], **body)


async def breaches(street: Street, below: str = "/") -> list[str]:
    """Return where a door answers otherwise than the contract says, or an answer shows what is not the caller's."""
    found = []
    for route, auth in endpoints(street.app):
        if not route[1].startswith(below):
            continue
        for actor, expected in zip(ACTORS, EXPECTED[auth], strict=True):
            response = await street.knock(actor, route)
            told = f"{actor} at {' '.join(route)}"
            if (got := door_of(response)) is not expected or response.status_code == 500:
                found.append(f"{told}: {expected}, got {got}: {response.status_code} {response.text[:120]}")
            if CANARY in response.text and actor not in ("customer", "user", "secret key", "session"):
                found.append(f"{told}: shows what is Carla's")
    return found


def door_of(response: Response) -> Door:
    """Tell a door's refusal from what stands behind it, whose refusals have a type or other words."""
    body = response.json() if response.headers.get("content-type", "").startswith("application/json") else None
    message = body.get("message") if isinstance(body, dict) else None
    if response.status_code == 401 and (message == SPENT or "type" not in response.text):
        return Door.OUT
    return {NO_KEY: Door.KEYLESS, WRONG_KEY: Door.WRONG}.get(str(message), Door.IN)


async def street_of(app: FastAPI, database: Database) -> AsyncIterator[Street]:
    """Yield a first start's shop with an admin, two customers, one address and every kind of key."""
    start = await database.transact(lambda session: first_start(session, payment_providers=["pp_system_default"]))
    await database.transact(lambda session: create_admin(session, EMAIL, PASSWORD))
    async with AsyncClient(transport=ASGITransport(app=app, client=UNCOUNTED), base_url="http://api") as client:
        made = _Builder(client, {"x-publishable-api-key": start.publishable_key or ""})
        yield await made.build(app)


class _Builder:
    """Makes everybody by the routes themselves."""

    def __init__(self, client: AsyncClient, key: Mapping[str, str]) -> None:
        self._client, self._key = client, key

    async def build(self, app: FastAPI) -> Street:
        user = await self._login("user", EMAIL, PASSWORD)
        secret = await self._api_key(user, "secret")
        revoked = await self._api_key(user, "publishable")
        await self._ask("POST", f"/admin/api-keys/{revoked['id']}/revoke", user, {})
        carla, otto = await self._customer("carla"), await self._customer("otto")
        address = await self._ask("POST", "/store/customers/me/addresses", carla, {"first_name": CANARY})
        opened = await self._client.post("/auth/session", headers=user)
        self._client.cookies.clear()
        basic = base64.b64encode(f"{secret['token']}:".encode()).decode()
        headers = (
            {},
            self._key,
            {"x-publishable-api-key": revoked["token"]},
            carla,
            otto,
            user,
            {**self._key, "authorization": f"Basic {basic}"},
            {**self._key, "cookie": opened.headers["set-cookie"].partition(";")[0]},
        )
        owned = {":address_id": address["customer"]["addresses"][0]["id"]}
        return Street(app, self._client, dict(zip(ACTORS, headers, strict=True)), owned)

    async def _customer(self, name: str) -> dict[str, str]:
        email, password = f"{name}@example.com", "s3cret-pass"
        told = {"email": email, "password": password}
        token = (await self._ask("POST", "/auth/customer/emailpass/register", {}, told))["token"]
        await self._ask("POST", "/store/customers", self._bearer(token), {"email": email})
        return await self._login("customer", email, password)

    async def _login(self, actor_type: str, email: str, password: str) -> dict[str, str]:
        told = {"email": email, "password": password}
        return self._bearer((await self._ask("POST", f"/auth/{actor_type}/emailpass", {}, told))["token"])

    async def _api_key(self, user: Mapping[str, str], type_: str) -> dict[str, Any]:
        made: dict[str, Any] = await self._ask("POST", "/admin/api-keys", user, {"title": type_, "type": type_})
        return made["api_key"]

    def _bearer(self, token: str) -> dict[str, str]:
        return {**self._key, "authorization": f"Bearer {token}"}

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        response = await self._client.request(method, path, headers=headers, json=body)
        assert response.status_code < 300, response.text
        return response.json()
