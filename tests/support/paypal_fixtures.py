"""Fixtures: PayPal's stand-in, calm, and held against PayPal's own descriptions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.paypal import PayPalServer


@pytest.fixture(scope="session")
def shared_paypal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayPalServer]:
    server = PayPalServer(tmp_path_factory.mktemp("paypal") / "effects.jsonl")
    yield server
    server.close()


@pytest.fixture
def stand_in(shared_paypal: PayPalServer) -> Iterator[PayPalServer]:
    """Return PayPal's stand-in; what was said to it and by it must be as PayPal describes its API."""
    shared_paypal.calm()
    yield shared_paypal
    assert shared_paypal.faults == []
