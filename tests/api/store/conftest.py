"""The recorded shop behind the API; `carts` is a storefront that calls it."""

from __future__ import annotations

import json

import pytest
from httpx2 import AsyncClient

from tests.support.recorded_fixtures import app_database, comparison, settings, shop, storefront
from tests.support.recorded_shop import CONTRACT, RecordedShop
from tests.support.storefront import Carts

__all__ = ["app_database", "comparison", "settings", "shop", "storefront"]


@pytest.fixture
def carts(client: AsyncClient, shop: RecordedShop) -> Carts:
    return Carts(client, {"x-publishable-api-key": shop.publishable_key}, dict(shop.labels))


@pytest.fixture
async def promoted(client: AsyncClient, admin: dict[str, str], carts: Carts, shop: RecordedShop) -> Carts:
    """Make the campaigns and promotions of the recorded shop by the admin routes."""
    for step in json.loads((CONTRACT / "setup.json").read_text())["steps"]:
        if not step.get("path", "").startswith(("/admin/promotions", "/admin/campaigns")):
            continue
        text = json.dumps(step["body"])
        for label, id_ in carts.labels.items():
            text = text.replace("{{" + label + "}}", id_)
        body = json.loads(text)
        response = await client.post(step["path"], json=body, headers=admin)
        assert response.status_code == 200, response.text
        for label, path in step.get("save", {}).items():
            kind, _, _ = path.partition(".")
            carts.labels[label] = response.json()[kind]["id"]
    assert shop.labels
    return carts
