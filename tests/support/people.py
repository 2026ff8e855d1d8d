"""People who register, log in and are customers, by the routes that storefronts use."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from httpx2 import AsyncClient, Response

from kit.db import Database, run

PASSWORD = "s3cret-pass"


@dataclass(frozen=True)
class People:
    """A storefront and whoever comes."""

    client: AsyncClient
    store: dict[str, str]
    database: Database

    async def ask(self, path: str, body: Any = None, token: str | None = None, **headers: str) -> Response:  # noqa: ANN401 - JSON
        named = {**headers, **({"authorization": f"Bearer {token}"} if token else {})}
        return await self.client.post(path, json=body, headers=named)

    async def register(self, email: str, actor: str = "customer") -> str:
        response = await self.ask(f"/auth/{actor}/emailpass/register", {"email": email, "password": PASSWORD})
        assert response.status_code == 200, response.text
        token: str = response.json()["token"]
        return token

    async def log_in(self, email: str, password: str = PASSWORD, actor: str = "customer") -> Response:
        return await self.ask(f"/auth/{actor}/emailpass", {"email": email, "password": password})

    async def account(self, email: str) -> tuple[str, dict[str, str]]:
        """Return the id of a new customer with an account, and the headers of their storefront."""
        token = await self.register(email)
        made = await self.ask("/store/customers", {"email": email}, token, **self.store)
        assert made.status_code == 200, made.text
        token = (await self.log_in(email)).json()["token"]
        return made.json()["customer"]["id"], {**self.store, "authorization": f"Bearer {token}"}

    async def rows(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        async with self.database.reading() as connection:
            return [tuple(row) for row in await run(connection, sql, *params)]

    async def events(self, *names: str) -> list[tuple[Any, ...]]:
        """Return name and data of the events so far, or of those of these names, in order."""
        return await self.rows(
            "SELECT name, data FROM outbox_event WHERE cardinality($1::text[]) = 0 OR name = ANY($1) ORDER BY id",
            list(names),
        )


def payload_of(token: str) -> dict[str, Any]:
    """Return what a JWT says, whoever signed it."""
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found
