"""The recorded shop behind the API, and a warehouse of its own."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from kit.db import Database
from operations.seed.first_start import first_start
from tests.support.recorded_fixtures import app_database, comparison, settings, shop, storefront
from tests.support.recorded_shop import FULFILLMENT_PROVIDERS
from tests.support.warehouse import Admin, Warehouse

__all__ = ["app_database", "comparison", "settings", "shop", "storefront"]


@pytest.fixture
async def merchant(client: AsyncClient, admin: dict[str, str], database: Database) -> Admin:
    """Return the admin of a shop as a first start leaves it."""
    await database.transact(
        lambda session: first_start(session, payment_providers=[], fulfillment_providers=FULFILLMENT_PROVIDERS)
    )
    return Admin(client, admin, database)


@pytest.fixture
async def warehouse(merchant: Admin) -> Warehouse:
    return await Warehouse.build(merchant)
