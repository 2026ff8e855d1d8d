"""How long shoppers who were waiting when a part died had to wait once it was back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.faults.parts import Part
from tests.faults.shopper import Visit


def waits_after(parts: Sequence[Part], visits: Iterable[Visit], deaths: Mapping[str, int]) -> list[float]:
    """Return the seconds from the last part's being back to each waiting shopper's end.

    `deaths` is how often each part had died before; only the first death after that counts.
    """
    downs = [part.downs[deaths[part.name] :][:1] for part in parts]
    if not all(downs):
        return []
    down = min(moment for found in downs for moment in found)
    back = max(min(up for up in part.ups if up > found[0]) for part, found in zip(parts, downs, strict=True))
    return [max(0.0, visit.ended_at - back) for visit in visits if visit.began_at < down < visit.ended_at]
