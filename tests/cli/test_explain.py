"""`euryale explain-cart` as a person runs it, on the demo shop in a real database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from api.app import create_app
from euryale.cli.contents import read_contents
from euryale.cli.seed import seed
from kit.settings import Settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, files_dir=tmp_path / "files", jwt_secret="x" * 32)


@pytest.fixture
async def cart_id(settings: Settings) -> AsyncIterator[str]:
    """Yield a cart of three of the first product, to France."""
    await seed(settings, demo=True)
    found = await read_contents(settings.database_url)
    region_id = next(region["id"] for region in found.regions if region["currency_code"] == "eur")
    app = create_app(settings)
    headers = {"x-publishable-api-key": found.publishable_key or ""}
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://api", headers=headers) as client:
        products = (await client.get("/store/products?fields=title,variants.id&q=Classic T-Shirt")).json()["products"]
        items = [{"variant_id": products[0]["variants"][0]["id"], "quantity": 3}]
        body = {"region_id": region_id, "shipping_address": {"country_code": "fr"}, "items": items}
        yield (await client.post("/store/carts", json=body)).json()["cart"]["id"]
    await app.state.parts.database.close()


def explain(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "euryale.cli", "explain-cart", *arguments]
    environment = {**os.environ, "DATABASE_URL": settings.database_url}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_cart_is_explained(settings: Settings, cart_id: str) -> None:
    ended = explain(settings, cart_id, "--code", "NOPE", "-c", "NADA")
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert ended.stdout.startswith(f"Cart {cart_id}\n  region Europe\n  ships to fr\n")
    assert "3 x 19.9 with tax 59.70" in lines
    assert "with tax: the preference of EUR" in lines
    assert "tax in it: 20 % VAT FR (FR20): the default in the country fr 9.95" in lines
    assert ended.stdout.endswith("Codes\n  NOPE: there is no such code\n  NADA: there is no such code\n")


def test_what_cannot_be_explained_is_one_sentence(settings: Settings, cart_id: str) -> None:
    assert cart_id
    ended = explain(settings, "cart_nope")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "Cart id not found: cart_nope\n")
    nowhere = explain(settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"}), "cart_nope")
    assert nowhere.returncode == 1
    assert nowhere.stderr.startswith("The PostgreSQL of DATABASE_URL cannot be used: ")
