"""When a provider is left alone, and when it is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.patience import HANGS, REST, Patience
from kit import clock


@pytest.fixture
def patience() -> Patience:
    return Patience()


def hang(patience: Patience, times: int = HANGS) -> None:
    for _ in range(times):
        patience.hung("a")


def test_it_ends_after_hangs_in_a_row(patience: Patience) -> None:
    hang(patience, HANGS - 1)
    assert patience.lasts("a")
    patience.heard("a")
    hang(patience, HANGS - 1)
    assert patience.lasts("a")
    patience.hung("a")
    assert not patience.lasts("a")
    assert patience.lasts("b")


def test_after_a_rest_one_question_at_a_time(patience: Patience, monkeypatch: pytest.MonkeyPatch) -> None:
    hang(patience)
    rested = clock.now() + REST + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: rested)
    assert [patience.lasts("a") for _ in range(3)] == [True, False, False]
    patience.hung("a")
    assert not patience.lasts("a")
    patience.heard("a")
    assert [patience.lasts("a") for _ in range(3)] == [True, True, True]
