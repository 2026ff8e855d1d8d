"""A provider that hangs costs each shopper the deadline; one that hung again and again is left alone for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from kit import clock

log = structlog.get_logger("outside")

HANGS: Final = 3  # in a row
REST: Final = timedelta(seconds=15)


@dataclass(slots=True)
class _Silence:
    hangs: int = 0
    until: datetime | None = None


class Patience:
    """Who may be asked; each process learns it for itself.

    After `HANGS` questions in a row without an answer in time a provider is asked nothing for `REST`, then one question
    at a time until it answers. A failure that comes at once costs nobody time and is not counted.
    """

    def __init__(self) -> None:
        self._silent: dict[str, _Silence] = {}

    def lasts(self, provider_id: str) -> bool:
        """Return whether to ask; when a rest is over, true for the first who wants to know."""
        silence = self._silent.get(provider_id)
        if silence is None or silence.until is None:
            return True
        if clock.now() < silence.until:
            return False
        silence.until = clock.now() + REST
        return True

    def hung(self, provider_id: str) -> None:
        """Note that a question had no answer in time."""
        silence = self._silent.setdefault(provider_id, _Silence())
        silence.hangs += 1
        if silence.hangs == HANGS:
            log.error("provider_left_alone", provider_id=provider_id, seconds=REST.total_seconds())
        if silence.hangs >= HANGS:
            silence.until = clock.now() + REST

    def heard(self, provider_id: str) -> None:
        """Note that there was an answer, of whatever kind."""
        self._silent.pop(provider_id, None)
