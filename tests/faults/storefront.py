"""The Store API as a storefront calls it: one method a step of a guest checkout, each answer timed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import httpx2

ADDRESS = {
    "first_name": "Greta",
    "last_name": "Gast",
    "address_1": "Hauptstr. 1",
    "city": "Berlin",
    "country_code": "de",
    "postal_code": "10115",
}


@dataclass(frozen=True)
class Answer:
    """One answer; `status` 0 is none at all: the connection was refused, reset, or silent for too long."""

    status: int
    body: dict[str, Any]
    retry_after: float = 0.0

    @property
    def message(self) -> str:
        return str(self.body.get("message", ""))

    @property
    def is_ok(self) -> bool:
        return self.status == 200

    @property
    def order_id(self) -> str | None:
        """The order's id when this is a completed checkout."""
        return self.body["order"]["id"] if self.is_ok and self.body.get("type") == "order" else None


@dataclass(frozen=True)
class Goods:
    """What can be bought where, and how it is sent."""

    region_id: str
    variant_ids: tuple[str, ...]
    country: str = "de"


class Storefront:
    """A client of one shop with its publishable key; `timed` hears the name and the seconds of every step."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timed: Callable[[str, float], None] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=40)
        headers = {"x-publishable-api-key": key}
        self._client = httpx2.AsyncClient(
            base_url=url, headers=headers, limits=limits, trust_env=False, transport=transport
        )
        self._timed = timed

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def goods(self, currency: str = "eur") -> Goods:
        """Return the region of a currency and every variant that is on sale there, cheapest page first."""
        regions = (await self.get("regions", "/store/regions")).body["regions"]
        region = next(r for r in regions if r["currency_code"] == currency)
        products = (await self.get("products", f"/store/products?limit=100&region_id={region['id']}")).body["products"]
        return Goods(region["id"], tuple(v["id"] for product in products for v in product["variants"]))

    async def create_cart(self, region_id: str) -> Answer:
        return await self.post("create cart", "/store/carts", {"region_id": region_id})

    async def add_line(self, cart_id: str, variant_id: str, quantity: int = 1, key: str | None = None) -> Answer:
        body = {"variant_id": variant_id, "quantity": quantity}
        return await self.post("add line", f"/store/carts/{cart_id}/line-items", body, key)

    async def remove_line(self, cart_id: str, line_id: str) -> Answer:
        return await self._call("remove line", "DELETE", f"/store/carts/{cart_id}/line-items/{line_id}", None, None)

    async def address(self, cart_id: str) -> Answer:
        body = {"email": "guest@example.com", "shipping_address": ADDRESS, "billing_address": ADDRESS}
        return await self.post("address", f"/store/carts/{cart_id}", body)

    async def shipping_options(self, cart_id: str) -> Answer:
        return await self.get("shipping options", f"/store/shipping-options?cart_id={cart_id}")

    async def add_shipping(self, cart_id: str, option_id: str) -> Answer:
        return await self.post("shipping", f"/store/carts/{cart_id}/shipping-methods", {"option_id": option_id})

    async def collection(self, cart_id: str) -> Answer:
        return await self.post("collection", "/store/payment-collections", {"cart_id": cart_id})

    async def session(self, collection_id: str, provider_id: str, behavior: str = "") -> Answer:
        body = {"provider_id": provider_id, "data": {"behavior": behavior}}
        return await self.post("session", f"/store/payment-collections/{collection_id}/payment-sessions", body)

    async def complete(self, cart_id: str) -> Answer:
        return await self.post("complete", f"/store/carts/{cart_id}/complete", {})

    async def cart(self, cart_id: str) -> Answer:
        return await self.get("get cart", f"/store/carts/{cart_id}")

    async def confirm(self, url: str) -> Answer:
        """Do at the provider what the shopper's browser does."""
        return await self._call("confirm", "POST", url, {}, None, within=3)

    async def raw(self, path: str) -> httpx2.Response:
        """Return an answer as it came over the wire."""
        return await self._client.get(path)

    async def get(self, step: str, path: str) -> Answer:
        return await self._call(step, "GET", path, None, None)

    async def post(self, step: str, path: str, body: dict[str, Any], key: str | None = None) -> Answer:
        return await self._call(step, "POST", path, body, key)

    async def _call(
        self, step: str, method: str, path: str, body: dict[str, Any] | None, key: str | None, *, within: float = 40
    ) -> Answer:
        began = time.monotonic()
        headers = {"idempotency-key": key} if key else {}
        try:
            response = await self._client.request(method, path, json=body, headers=headers, timeout=within)
        except httpx2.TransportError as error:
            return Answer(0, {"message": f"{type(error).__name__}: {error}"})
        if self._timed:
            self._timed(step, time.monotonic() - began)
        try:
            found = response.json()
        except ValueError:
            found = {"message": response.text[:300]}
        retry_after = response.headers.get("retry-after", "0")
        return Answer(response.status_code, found, float(retry_after))
