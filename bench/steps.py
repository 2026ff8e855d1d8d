"""How long the steps of a visit take: percentiles by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


class Steps:
    """Collects seconds by step's name."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def add(self, step: str, seconds: float) -> None:
        self.seconds[step].append(seconds)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of all values do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked) + 0.5) - 1))]
