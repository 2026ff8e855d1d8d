"""Which cells are run: everything under EURYALE_LONG, else a sample that has every edge of every journey."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from tests.matrix.cells import Cell, Seen, calm, one_fault, one_kill, pair
from tests.matrix.running import Report, run_cells
from tests.matrix.world import World

IS_LONG: Final = bool(os.environ.get("EURYALE_LONG"))
SEED: Final = int(os.environ.get("EURYALE_SEED", "7"))
PAIRS: Final = 500 if IS_LONG else 40


async def singles(world: World, vendors: Sequence[str], *, per_edge: int = 1) -> list[Report]:
    """Run the calm cells, every single fault, and each of these killed at every edge it passed, or a sample of it."""
    first = await run_cells(world, calm(vendors))
    faults = await run_cells(world, [each for cell, seen in first.seen.items() for each in one_fault(cell, seen)])
    cells = [each for cell, seen in (first.seen | faults.seen).items() for each in one_kill(cell, seen)]
    return [first, faults, await run_cells(world, cells if IS_LONG else _sample(cells, per_edge))]


async def pairs(world: World, vendors: Sequence[str], seed: int = SEED, number: int = PAIRS) -> list[Report]:
    """Run cells with two faults and up to two kills, drawn by a seed."""
    first = await run_cells(world, calm(vendors))
    return [first, await run_cells(world, drawn(first.seen, seed, number))]


def drawn(seen: Mapping[Cell, Seen], seed: int, number: int) -> list[Cell]:
    """Return the pairs of a seed."""
    dice = random.Random(seed)
    return list({cell.name: cell for cell in (pair(dice, list(seen.items())) for _ in range(number))}.values())


def _sample(cells: Sequence[Cell], per_edge: int) -> list[Cell]:
    """Return so many cells for each edge of each vendor's journeys, with faults drawn by the seed."""
    by_edge: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        by_edge[cell.vendor, cell.journey, cell.kills[0][0]].append(cell)
    dice = random.Random(SEED)
    return [cell for group in by_edge.values() for cell in dice.sample(group, min(per_edge, len(group)))]
