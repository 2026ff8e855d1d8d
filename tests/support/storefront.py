"""A storefront that calls the API of the recorded shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from httpx2 import AsyncClient, Response


@dataclass(frozen=True)
class Carts:
    """A storefront with one cart."""

    client: AsyncClient
    headers: dict[str, str]
    labels: dict[str, str]

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Response:  # noqa: ANN401 - JSON
        return await self.client.request(method, f"/store{path}", json=body, headers={**self.headers, **headers})

    async def ok(self, method: str, path: str, body: Any = None, **headers: str) -> Any:  # noqa: ANN401 - JSON
        response = await self.call(method, path, body, **headers)
        assert response.status_code == 200, response.text
        return response.json()

    async def new(self, **body: Any) -> str:  # noqa: ANN401 - JSON
        cart = await self.ok("POST", "/carts", {"region_id": self.labels["region_eu"], **body})
        cart_id: str = cart["cart"]["id"]
        return cart_id

    async def add(self, cart_id: str, variant: str, quantity: float = 1, **body: Any) -> Any:  # noqa: ANN401 - JSON
        line = {"variant_id": self.labels[variant], "quantity": quantity, **body}
        return (await self.ok("POST", f"/carts/{cart_id}/line-items", line))["cart"]

    async def session(self, cart_id: str, provider: str = "pp_system_default") -> Any:  # noqa: ANN401 - JSON
        made = await self.ok("POST", "/payment-collections", {"cart_id": cart_id})
        path = f"/payment-collections/{made['payment_collection']['id']}/payment-sessions"
        return (await self.ok("POST", path, {"provider_id": provider}))["payment_collection"]
