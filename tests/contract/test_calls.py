"""The dashboard and two storefronts are answered with the status and every key that the real engine answered with."""

from __future__ import annotations

import pytest

from tests.contract.calls import CLIENTS, Caller, missing_keys, shape
from tests.contract.demands import CALLS_FLOOR, accepted_deviations, broken, read_floor
from tests.contract.replaying import Replay


@pytest.mark.parametrize("client", CLIENTS)
def test_every_recorded_query_is_answered_with_every_key(replay: Replay, client: str) -> None:
    unmet = broken(Caller(replay).judged(client), read_floor(CALLS_FLOOR), accepted_deviations())
    assert not unmet, "\n".join(unmet)


def test_a_missing_key_is_found_wherever_it_is() -> None:
    wanted = shape(
        {"pets": [{"id": 1, "owner": None}, {"id": 2, "owner": {"name": "Ada"}}], "raw_count": {"value": "2"}}
    )
    assert missing_keys(wanted, shape({"pets": [{"id": 1, "owner": {"name": "Bo"}}]}), "") == []
    assert missing_keys(wanted, shape({"pets": [{"id": 1, "owner": None}]}), "") == []
    assert missing_keys(wanted, shape({"pets": []}), "") == []
    assert missing_keys(wanted, shape({"pets": [{"owner": {"id": 3}}]}), "") == ["pets.id", "pets.owner.name"]
    assert missing_keys(wanted, shape({}), "") == ["pets"]
