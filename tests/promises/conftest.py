"""Tills over providers in memory, and over a real sandbox process."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator

import pytest

from kit.db import Database
from providers.sandbox.payment import SandboxPayments
from tests.promises.till import Till
from tests.support.checkout_world import World
from tests.support.fake_payments import FakePayments
from tests.support.sandbox import Sandbox
from tests.support.small_shop import make_shop

DEADLINE = 20.0  # longer than a test: what ends an attempt here is a run or a sweep, not the time


@pytest.fixture
async def wide_database(database_url: str) -> AsyncIterator[Database]:
    """Yield the test's database with room for many transactions at once."""
    made = Database(database_url, pool_size=20)
    yield made
    await made.close()


@pytest.fixture
async def till(wide_database: Database) -> AsyncIterator[Till]:
    """Yield a till over `pp_keys` (proof by repeating a key) and `pp_cancel` (proof by a final cancel)."""
    dice = random.Random(1)
    providers = {
        "pp_keys": FakePayments("pp_keys", dice, can_cancel=False),
        "pp_cancel": FakePayments("pp_cancel", dice),
    }
    shop = await wide_database.transact(lambda s: make_shop(s, providers=tuple(providers), scarce=5))
    made = Till(World(wide_database, providers, dice, deadline=DEADLINE), shop)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    server = Sandbox(tmp_path_factory.mktemp("sandbox") / "effects.jsonl")
    server.turn(late_seconds=0.2, slow_seconds=0.6, hang_seconds=1.5)
    yield server
    server.stop()


@pytest.fixture
async def sandbox_till(wide_database: Database, shared_sandbox: Sandbox) -> AsyncIterator[Till]:
    """Yield a till over the sandbox's two providers, whose clients give up soon; one mug is in stock."""
    providers = {
        made.id: made
        for made in (
            SandboxPayments(shared_sandbox.url, session_seconds=0.5, money_seconds=0.5),
            SandboxPayments(shared_sandbox.url, confirmed_by_client=True, session_seconds=0.5, money_seconds=0.5),
        )
    }
    shop = await wide_database.transact(lambda s: make_shop(s, providers=tuple(providers), scarce=1))
    world = World(wide_database, providers, random.Random(1), deadline=DEADLINE)
    made_till = Till(world, shop, shared_sandbox.log)
    yield made_till
    await made_till.close()
