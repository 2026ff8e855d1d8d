"""The replayer of the contract, on one set-up shop a test process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contract.replaying import Replay


@pytest.fixture(scope="session")
def replay(postgres_url: str, temporal: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """Yield the replayer of the set-up shop."""
    # Imported here: a run of one other test shall not wait for the whole application.
    from tests.contract.replaying import Replay  # noqa: PLC0415
    from tests.contract.shop import open_shop  # noqa: PLC0415

    with open_shop(postgres_url, temporal, tmp_path_factory.mktemp("contract")) as shop:
        made = Replay(shop)
        made.prepare()
        yield made
