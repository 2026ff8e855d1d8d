"""The recorded contract, file by file: what was equal stays equal, and what deviates is on the accepted list."""

from __future__ import annotations

import pytest

from tests.contract.demands import accepted_deviations, broken, read_floor
from tests.contract.replaying import Replay, files


def test_every_step_of_the_setup_succeeds(replay: Replay) -> None:
    assert not replay.setup_notes


@pytest.mark.parametrize("file", files())
def test_the_answers_are_as_recorded(replay: Replay, file: str) -> None:
    unmet = broken(replay.judged(file), read_floor(), accepted_deviations())
    assert not unmet, "\n".join(unmet)


def test_nothing_demanded_is_unknown() -> None:
    known = set(files())
    assert known >= set(read_floor())
    assert known >= {entry.partition("/")[0] for entry, _ in accepted_deviations()}
