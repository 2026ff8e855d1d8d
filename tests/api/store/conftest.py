"""The recorded shop behind the API in this process: `shop` has its ids by label, `carts` calls `/store/carts`."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from kit.db import Database
from kit.settings import Settings
from tests.support.recorded_shop import RecordedShop, build_recorded_shop
from tests.support.storefront import Carts


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"recorded_payments": True})


@pytest.fixture
async def shop(database: Database) -> RecordedShop:
    return await database.transact(build_recorded_shop)


@pytest.fixture
def carts(client: AsyncClient, shop: RecordedShop) -> Carts:
    return Carts(client, {"x-publishable-api-key": shop.labels["publishable_key"]}, dict(shop.labels))
