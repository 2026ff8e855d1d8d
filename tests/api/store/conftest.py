"""The recorded shop behind the API; `carts` is a storefront that calls it."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from tests.support.recorded_fixtures import app_database, comparison, settings, shop, storefront
from tests.support.recorded_shop import RecordedShop
from tests.support.storefront import Carts

__all__ = ["app_database", "comparison", "settings", "shop", "storefront"]


@pytest.fixture
def carts(client: AsyncClient, shop: RecordedShop) -> Carts:
    return Carts(client, {"x-publishable-api-key": shop.publishable_key}, dict(shop.labels))
