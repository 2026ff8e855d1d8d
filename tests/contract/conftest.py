"""The replayer of the contract, on one set-up shop a test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.replaying import Replay
from tests.contract.shop import open_shop


@pytest.fixture(scope="session")
def replay(postgres_url: str, temporal: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """Yield the replayer of the set-up shop."""
    with open_shop(postgres_url, temporal, tmp_path_factory.mktemp("contract")) as shop:
        made = Replay(shop)
        made.prepare()
        yield made
