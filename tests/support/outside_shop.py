"""The recorded shop with providers of moods: calculated shipping in the US, and whose taxes are known elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from api.state import State
from kit.db import Database, run, value
from tests.support.moody import COURIER, TAXES, MoodyCourier, MoodyTaxes, plugged
from tests.support.storefront import Carts

OAKLAND = {"first_name": "Ada", "city": "Oakland", "country_code": "us", "province": "ca", "postal_code": "94607"}
DATA = """UPDATE shipping_option SET provider_id = $2, data = '{"id": "moody"}' WHERE id = $1"""
INSTALLED = "INSERT INTO fulfillment_provider (id, is_enabled) VALUES ($1, true)"
OF_COUNTRY = "UPDATE tax_region SET provider_id = $2 WHERE country_code = $1 AND province_code IS NULL"
LONG_AGO = """
UPDATE cart SET answers = (SELECT jsonb_object_agg(key, value || '{"at": "2020-01-01T00:00:00+00:00"}')
  FROM jsonb_each(answers))"""


@dataclass
class Outside:
    """The providers, and the carts of American shoppers."""

    carts: Carts
    database: Database
    taxes: MoodyTaxes
    courier: MoodyCourier

    async def cart(self, units: int = 2, **body: Any) -> str:  # noqa: ANN401 - JSON
        """Return a cart with so many tees, to be sent to Oakland."""
        cart_id = await self.carts.new(
            **{"region_id": self.carts.labels["region_us"], "shipping_address": OAKLAND, **body}
        )
        if units:
            await self.carts.add(cart_id, "tee_m", units)
        return cart_id

    async def shipped(self, units: int = 2) -> str:
        """Return such a cart with the courier chosen, its calls forgotten."""
        cart_id = await self.cart(units)
        await self.ship(cart_id)
        self.courier.mood.asked.clear()
        return cart_id

    async def ship(self, cart_id: str, data: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        body = {"option_id": self.carts.labels["ship_weight"], "data": dict(data or {})}
        return (await self.carts.ok("POST", f"/carts/{cart_id}/shipping-methods", body))["cart"]

    async def tax_elsewhere(self, country: str = "us") -> None:
        """Let the moody provider know the taxes of a country."""
        await self.database.transact(lambda session: run(session, OF_COUNTRY, country, TAXES))

    async def show(self, cart_id: str) -> Any:  # noqa: ANN401 - JSON
        return (await self.carts.ok("GET", f"/carts/{cart_id}"))["cart"]

    async def age(self) -> None:
        """Let every answer that a cart keeps be long ago."""
        await self.database.transact(lambda session: run(session, LONG_AGO))

    async def value(self, sql: str) -> Any:  # noqa: ANN401 - a column of any type
        async with self.database.reading() as connection:
            return await value(connection, sql)


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the moody providers in every process of a test; has to come before the application."""
    monkeypatch.setattr("providers.registry.entry_points", plugged)


@pytest.fixture
async def outside(plugins: None, carts: Carts, database: Database, state: State) -> Outside:  # noqa: ARG001 - the order
    option = carts.labels["ship_weight"]
    await database.transact(lambda session: run(session, INSTALLED, COURIER))
    await database.transact(lambda session: run(session, DATA, option, COURIER))
    taxes, courier = state.tax_providers[TAXES], state.fulfillment_providers[COURIER]
    assert isinstance(taxes, MoodyTaxes)
    assert isinstance(courier, MoodyCourier)
    return Outside(carts, database, taxes, courier)
