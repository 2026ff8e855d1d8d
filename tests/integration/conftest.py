"""Fixtures of the checkout's arrows."""

from __future__ import annotations

import pytest

from kit.db import Database
from tests.support.checkout_steps import Steps
from tests.support.small_shop import make_shop


@pytest.fixture
async def steps(database: Database) -> Steps:
    """Return the protocol over a small shop."""
    return Steps(database, await database.transact(make_shop))
