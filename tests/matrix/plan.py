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
MOST: Final = 48  # faults, and deaths, of the vendors in the short form


async def singles(world: World, vendors: Sequence[str], *, most: int | None = None) -> list[Report]:
    """Run the calm cells, every single fault, and each of these killed at every edge that it passed.

    In the short form one cell dies at each edge of each journey, or `most` of these, after `most` of the faults.
    """
    first = await run_cells(world, calm(vendors))
    wanted = [each for cell, seen in first.seen.items() for each in one_fault(cell, seen)]
    if not IS_LONG and most is not None:
        wanted = random.Random(SEED).sample(wanted, min(most, len(wanted)))
    faults = await run_cells(world, wanted)
    cells = [each for cell, seen in (first.seen | faults.seen).items() for each in one_kill(cell, seen)]
    if IS_LONG:
        return [first, faults, await run_cells(world, cells)]
    if most is not None:
        return [first, faults, await run_cells(world, random.Random(SEED).sample(_sample(cells), most))]
    kills = await run_cells(world, _sample(cells))
    # A fault may lead past the edge this time: there another cell is drawn, once.
    left = [cell for cell in cells if (cell.journey, cell.kills[0][0]) not in kills.died_at and cell not in kills.seen]
    return [first, faults, kills, await run_cells(world, _sample(left))]


async def pairs(world: World, vendors: Sequence[str], seed: int = SEED, number: int = PAIRS) -> list[Report]:
    """Run cells with two faults and up to two kills, drawn by a seed."""
    first = await run_cells(world, calm(vendors))
    return [first, await run_cells(world, drawn(first.seen, seed, number))]


def drawn(seen: Mapping[Cell, Seen], seed: int, number: int) -> list[Cell]:
    """Return the pairs of a seed."""
    dice = random.Random(seed)
    return list({cell.name: cell for cell in (pair(dice, list(seen.items())) for _ in range(number))}.values())


def _sample(cells: Sequence[Cell]) -> list[Cell]:
    """Return one cell for each edge of each vendor's journeys, with a fault drawn by the seed."""
    by_edge: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        by_edge[cell.vendor, cell.journey, cell.kills[0][0]].append(cell)
    dice = random.Random(SEED)
    return [dice.choice(group) for group in by_edge.values()]
