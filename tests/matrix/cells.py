"""A cell of the fault matrix: one journey at one provider, what goes wrong on the wire, and where the worker dies.

A cell's name says all of it and replays it: `sandbox,capture,capture.0=late_landing,@payment.settle_capture/before`.
`capture.0=...`: the first request of the port's call `capture`; `webhook=...`: how events arrive; `@edge` or
`@edge#2`: the worker dies when it passes that edge of kit/failpoints for the first or second time.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kit import failpoints

JOURNEYS: Final = ("complete", "capture", "refund", "cancel", "webhook")
VENDORS: Final = ("sandbox", "browser", "stripe", "paypal")

ANY_CALL: Final = (
    "reset_before",  # the connection is reset, nothing was sent
    "error_before",  # 500, nothing was done
    "outage",  # 503 three times over, nothing was done
    "rate_limited",  # 429 with Retry-After, nothing was done
    "slow",  # done and answered, late
    "reset_after",  # done, and the connection is reset
    "timeout_after",  # done, and no answer comes in time
    "error_after",  # done, and answered with 500, for every repetition of its key
    "refuse",  # 401, whatever is asked in this call
)
WISHES: Final = (
    "late_landing",  # the connection is reset, and the request arrives later
    "decline",  # the plain no, for every repetition of its key
)
MANNERS: Final = ("duplicate", "reordered", "late", "missing")


@dataclass(frozen=True)
class Cell:
    """What happens; `faults` by the wire's place (`capture.0`), `kills` as (edge, which pass)."""

    vendor: str
    journey: str
    faults: tuple[tuple[str, str], ...] = ()
    kills: tuple[tuple[str, int], ...] = ()

    @property
    def name(self) -> str:
        faults = [f"{place}={fault}" for place, fault in self.faults]
        kills = [f"@{edge}" if nth == 1 else f"@{edge}#{nth}" for edge, nth in self.kills]
        return ",".join([self.vendor, self.journey, *faults, *kills])

    @property
    def manner(self) -> str:
        return dict(self.faults).get("webhook", "once")

    @classmethod
    def parse(cls, name: str) -> Cell:
        """Return the cell of a name; ValueError for what names none."""
        vendor, journey, *rest = name.split(",")
        faults, kills = [], []
        for word in rest:
            if word.startswith("@"):
                edge, _, nth = word[1:].partition("#")
                kills.append((edge, int(nth or 1)))
            else:
                place, _, fault = word.partition("=")
                faults.append((place, fault))
        made = cls(vendor, journey, tuple(faults), tuple(kills))
        known = {*ANY_CALL, *WISHES, *MANNERS}
        if vendor not in VENDORS or journey not in JOURNEYS or {fault for _, fault in faults} - known:
            raise ValueError(f"There is no cell {name}.")
        if unknown := {edge for edge, _ in kills} - failpoints.EDGES:
            raise ValueError(f"There is no edge {unknown}.")
        return made


@dataclass(frozen=True)
class Seen:
    """What a calm run of a journey passed: its requests (place, whether it wishes something) and its edges."""

    requests: tuple[tuple[str, bool], ...] = ()
    edges: tuple[str, ...] = ()


def calm(vendors: Iterable[str]) -> list[Cell]:
    """Return the cells in which nothing goes wrong: they tell what there is to go wrong."""
    return [Cell(vendor, journey) for vendor in vendors for journey in JOURNEYS]


def one_fault(cell: Cell, seen: Seen) -> Iterator[Cell]:
    """Return every single fault of a calm cell."""
    for place, is_wish in seen.requests:
        for fault in (*ANY_CALL, *(WISHES if is_wish else ())):
            yield replace(cell, faults=((place, fault),))
    if cell.journey == "webhook":
        for manner in MANNERS:
            yield replace(cell, faults=(("webhook", manner),))


def one_kill(cell: Cell, seen: Seen) -> Iterator[Cell]:
    """Return a cell once for each edge that it passes, killed there."""
    for edge in seen.edges:
        yield replace(cell, kills=((edge, 1),))


def pair(dice: random.Random, cells: Sequence[tuple[Cell, Seen]]) -> Cell:
    """Draw two faults, or a fault and two kills, of one journey; `cells` are the calm ones."""
    cell, seen = dice.choice(cells)
    singles = list(one_fault(cell, seen))
    faults = {drawn.faults[0][0]: drawn.faults[0][1] for drawn in dice.sample(singles, 2)}
    after = [(f"{call}.{dice.choice('01')}", dice.choice(ANY_CALL)) for call in ("status", "release")]
    if dice.random() < 0.5:  # calls that are only made once something else went wrong
        faults |= dict([dice.choice(after)])
    kills = tuple((dice.choice(seen.edges), dice.choice((1, 1, 2))) for _ in range(dice.randrange(3)))
    return replace(cell, faults=tuple(faults.items()), kills=kills)
