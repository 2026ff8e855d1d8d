"""An admin who sets up products, and what is written about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from httpx2 import AsyncClient

from kit.db import Database, run
from tests.support.statements import recorded_statements

Json = Any  # what an answer holds


class Merchant:
    """Sends an admin's requests and looks at the answers."""

    def __init__(self, client: AsyncClient, headers: Mapping[str, str]) -> None:
        self._client = client
        self._headers = headers

    async def send(
        self, method: str, path: str, body: Json = None, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Json:
        """Return the answer, which has this status."""
        answer = await self._client.request(
            method, f"/admin{path}", headers={**self._headers, **(headers or {})}, json=body
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str) -> Json:
        return await self.send("GET", path)

    async def post(self, path: str, body: Json, *, status: int = 200) -> Json:
        return await self.send("POST", path, body, status=status)

    async def delete(self, path: str) -> Json:
        return await self.send("DELETE", path)

    async def counted(self, database: Database, method: str, path: str, body: Json = None) -> tuple[int, Json]:
        """Return how many statements a request costs, and its answer; who asks is known already."""
        await self.get("/regions?limit=0")
        with recorded_statements(database) as sent:
            answer = await self.send(method, path, body)
        return len(sent), answer

    async def product(self, title: str = "Shirt", *, sizes: tuple[str, ...] = ("S", "M"), **more: Json) -> Json:
        """Create a product with a variant of each size, its sku being that of title and size."""
        return (await self.post("/products", shirt(title, sizes) | more))["product"]


def shirt(title: str = "Shirt", sizes: tuple[str, ...] = ("S", "M")) -> dict[str, Json]:
    """Return the body of a product with a variant of each size."""
    return {
        "title": title,
        "options": [{"title": "Size", "values": ["S", "M", "L"]}],
        "variants": [variant(f"{title}-{size}", Size=size) for size in sizes],
    }


def variant(sku: str, **options: str) -> dict[str, Json]:
    """Return the body of a variant with these option values and two prices."""
    prices = [{"currency_code": "eur", "amount": 10}, {"currency_code": "usd", "amount": 12.5}]
    return {"title": sku, "sku": sku, "options": options, "prices": prices}


async def events(database: Database, *, after: int = 0) -> list[tuple[str, str]]:
    """Return the events (name, id) in order, without the first `after`."""
    async with database.reading() as connection:
        rows = await run(
            connection, "SELECT name, data ->> 'id' AS about FROM outbox_event ORDER BY id OFFSET $1", after
        )
    return [(row.name, row.about) for row in rows]
