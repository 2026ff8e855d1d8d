"""Fixtures: an order placed through the API, its worker beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from kit.settings import Settings
from tests.support.recorded_shop import RecordedShop
from tests.support.storefront import Carts
from worker import work


@dataclass(frozen=True)
class Placed:
    """An order and the cart it was."""

    cart_id: str
    order_id: str


@pytest.fixture
def settings(settings: Settings, temporal: str) -> Settings:
    """Return the API's settings with a Temporal, on queues of the test's own."""
    changes = {
        "temporal_address": temporal,
        "temporal_task_queue_prefix": f"{uuid4().hex}-",
        "money_wait_seconds": 30,  # a busy machine is no reason for a 202
    }
    return settings.model_copy(update=changes)


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[None]:
    """Work on the API's workflows until the test is over."""
    stop = asyncio.Event()
    working = asyncio.create_task(work(settings, stop))
    yield
    stop.set()
    await working


@pytest.fixture
async def placed(worker: None, client: AsyncClient, shop: RecordedShop) -> Placed:  # noqa: ARG001 - runs beside
    """Buy two mugs as a guest."""
    carts = Carts(client, {"x-publishable-api-key": shop.publishable_key}, dict(shop.labels))
    address = {
        "first_name": "Ada",
        "last_name": "L",
        "address_1": "A 1",
        "city": "Berlin",
        "country_code": "de",
        "postal_code": "10115",
    }
    cart_id = await carts.new(email="ada@example.com", shipping_address=address)
    await carts.add(cart_id, "mug_v", 2)
    await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": shop.labels["ship_eu"]})
    await carts.session(cart_id)
    answer = await carts.ok("POST", f"/carts/{cart_id}/complete")
    assert answer["type"] == "order", answer
    return Placed(cart_id, answer["order"]["id"])
