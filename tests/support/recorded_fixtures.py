"""Fixtures: the recorded shop behind the API, with the peer's unrounded figures."""

from __future__ import annotations

import pytest

from api.state import State
from kit.db import Database
from kit.settings import Settings
from tests.support.recorded_shop import RecordedShop, build_recorded_shop
from tests.support.recordings import Comparison


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return the API's settings with amounts as the peer has them."""
    return settings.model_copy(update={"rounding": "none", "recorded_payments": True})


@pytest.fixture
def app_database(state: State) -> Database:
    """Return the database as the API itself holds it, to count what it sends."""
    return state.database


@pytest.fixture
async def shop(database: Database) -> RecordedShop:
    return await database.transact(build_recorded_shop)


@pytest.fixture
def comparison(shop: RecordedShop) -> Comparison:
    return Comparison(shop)


@pytest.fixture
def storefront(shop: RecordedShop) -> dict[str, str]:
    """Return the headers of a storefront of the recorded shop."""
    return {"x-publishable-api-key": shop.publishable_key}
