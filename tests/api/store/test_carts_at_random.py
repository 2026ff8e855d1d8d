"""Carts as random shoppers leave them, one to four at once, against a model (`EURYALE_LONG=1`: many more steps).

A failure prints its seed; `EURYALE_SEED=7 uv run pytest tests/api/store/test_carts_at_random.py` takes that walk again.
"""

from __future__ import annotations

import os

import pytest
from httpx2 import AsyncClient

from kit.db import Database
from kit.settings import Settings
from tests.promises.till import without
from tests.support.cart_walk import walk_of
from tests.support.storefront import Carts

IS_LONG = bool(os.environ.get("EURYALE_LONG"))
SEEDS = [int(os.environ["EURYALE_SEED"])] if "EURYALE_SEED" in os.environ else list(range(1, 41 if IS_LONG else 3))
STEPS = 100 if IS_LONG else 25
AUTOMATIC = {
    "code": "ALL5",
    "type": "standard",
    "status": "active",
    "is_automatic": True,
    "application_method": {"type": "percentage", "value": 5, "target_type": "order"},
    "rules": [{"attribute": "item_total", "operator": "gte", "values": "60"}],
}


@pytest.fixture(params=["currency", "none"])
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Return settings with either rounding, and without the limits that so many codes would meet."""
    return settings.model_copy(update={"rounding": request.param, "throttle": False})


@pytest.mark.timeout(0 if IS_LONG else 180)
@pytest.mark.parametrize("seed", SEEDS)
async def test_p17_whatever_is_done_at_once_the_cart_is_what_some_order_of_it_makes(
    promoted: Carts, client: AsyncClient, admin: dict[str, str], database: Database, seed: int
) -> None:
    """And its stored totals are the calculator's, its price is today's, its payment is for all of it."""
    made = await client.post("/admin/promotions", json=AUTOMATIC, headers=admin)
    assert made.status_code == 200, made.text
    walk = await walk_of(promoted, database, seed, frozenset({"ALL5"}))
    await walk.go(STEPS)


async def walked(carts: Carts, database: Database) -> str:
    """Return what a walk finds wrong."""
    with pytest.raises(AssertionError) as wrong:
        await (await walk_of(carts, database, 1, frozenset())).go(60)
    return str(wrong.value)


async def test_p17_mutation_without_the_lock_no_order_explains_it(
    promoted: Carts, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.take_lock._LOCK", "SELECT FROM cart WHERE id = $1")
    assert "EURYALE_SEED=1, step" in await walked(promoted, database)


async def test_p17_mutation_without_the_collection_another_amount_is_asked_for(
    promoted: Carts, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "operations.save_cart._SAVE", "SET amount = $6,", "SET amount = amount + 0 * $6,")
    assert "is asked for a cart of" in await walked(promoted, database)
