"""A world over stand-ins of its own: the judge reads the whole of their logs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.matrix.counters import Servers
from tests.matrix.world import World, settings_of, world_of
from tests.support.paypal import PayPalServer
from tests.support.sandbox import Sandbox
from tests.support.stand_in import StandIn


@pytest.fixture
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    server = Sandbox(tmp_path_factory.mktemp("matrix") / "effects.jsonl")
    yield server
    server.stop()


@pytest.fixture
async def world(
    database_url: str, temporal: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Yield a shop that is paid at the sandbox."""
    servers = Servers(sandbox)
    async with world_of(settings_of(database_url, temporal, servers), servers, monkeypatch) as made:
        yield made


@pytest.fixture
def vendors(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Yield the stand-ins of the vendors; what was said to them and by them must be as the vendors describe it."""
    folder = tmp_path_factory.mktemp("vendors")
    stripe, paypal = StandIn("stripe", folder / "stripe.jsonl"), PayPalServer(folder / "paypal" / "effects.jsonl")
    yield Servers(sandbox, stripe, paypal)
    told = stripe.faults(), paypal.faults
    stripe.stop()
    paypal.close()
    assert told == ([], [])


@pytest.fixture
async def vendors_world(
    database_url: str, temporal: str, vendors: Servers, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Yield a shop that is paid at the vendors."""
    async with world_of(settings_of(database_url, temporal, vendors), vendors, monkeypatch) as made:
        yield made
