"""Wait for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T | None], patience: float = 60.0) -> T:
    """Return what `look` finds once it is neither None nor false; AssertionError when it never does."""
    end = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < end, f"still waiting after {patience:.0f} s"
        time.sleep(0.05)
    return found
