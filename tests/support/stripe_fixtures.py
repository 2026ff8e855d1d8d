"""Fixtures: Stripe's stand-in without faults, and held against Stripe's own description."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.stand_in import StandIn


@pytest.fixture(scope="session")
def shared_stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    server = StandIn("stripe", tmp_path_factory.mktemp("stripe") / "effects.jsonl")
    yield server
    server.stop()


@pytest.fixture
def stripe_server(shared_stripe: StandIn) -> Iterator[StandIn]:
    """Return the stand-in without faults; nothing that it was asked or answered may be other than Stripe describes."""
    shared_stripe.turn()
    yield shared_stripe
    assert shared_stripe.faults() == []
