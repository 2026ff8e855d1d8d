"""`/admin/shipping-options`: prices and rules are sets, providers are asked, a location's providers count."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.support.recorded_shop import RecordedShop
from tests.support.warehouse import Warehouse, asked


@pytest.fixture
async def warehouse(client: AsyncClient, admin: dict[str, str], shop: RecordedShop) -> Warehouse:
    return await Warehouse.build(client, admin)


async def test_x(warehouse: Warehouse, shop: RecordedShop) -> None:
    prices = [
        {"currency_code": "EUR", "amount": 10},
        {
            "region_id": shop.labels["region_eu"],
            "amount": 9.5,
            "rules": [{"attribute": "item_total", "operator": "gte", "value": 200}],
        },
    ]
    option = await warehouse.option(prices=prices)
    print(option)
