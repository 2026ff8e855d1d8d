"""Run many cells at once, let the shop come to rest by itself, and judge them all."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from durable.types import ReconcilePaymentsInput
from kit import clock
from tests.matrix.cells import Cell, Seen
from tests.matrix.faults import Run
from tests.matrix.journeys import travel
from tests.matrix.judge import judge
from tests.matrix.world import World, fresh

AT_ONCE: Final = 16
JOURNEY_SECONDS: Final = 120.0
REST_SECONDS: Final = 180.0
REPLAY: Final = "EURYALE_CELL='{}' uv run pytest -q tests/matrix -k test_one_cell"


@dataclass
class Report:
    """What became of the cells: `wrong` by the cell's name, "" for what belongs to none."""

    runs: list[Run] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def seen(self) -> dict[Cell, Seen]:
        return {run.cell: Seen(tuple(run.requests.items()), tuple(run.edges)) for run in self.runs}

    @property
    def unmet(self) -> list[str]:
        """Return the cells in which what was to go wrong did not."""
        return [run.cell.name for run in self.runs if not run.is_spent]

    @property
    def edges(self) -> set[tuple[str, str]]:
        """Return (journey, edge) of every pass."""
        return {(run.cell.journey, edge) for run in self.runs for edge in run.edges}

    @property
    def died_at(self) -> set[tuple[str, str]]:
        """Return (journey, edge) of every death."""
        return {(run.cell.journey, edge) for run in self.runs for edge in run.died}

    def __str__(self) -> str:
        told = [
            f"{len(self.runs)} cells, {len(self.wrong)} of them wrong, {len(self.unmet)} where not all came to pass"
        ]
        for name, sentences in self.wrong.items():
            told += [f"\n{name}", *(f"  {sentence}" for sentence in sentences[:6])]
            told += [f"  {REPLAY.format(name)}"] if name else []
        return "\n".join(told)


def is_right(*reports: Report) -> None:
    """Fail with the cells that are wrong; say how many there were."""
    for report in reports:
        print(report)  # noqa: T201 - figures of a long run
    assert not [report for report in reports if report.wrong], "\n".join(map(str, reports))


async def run_cells(world: World, cells: Iterable[Cell], *, rest_seconds: float = REST_SECONDS) -> Report:
    """Run the cells, leave the shop to its own sweeps and retries with calm providers, and judge."""
    report, room = Report(), asyncio.Semaphore(AT_ONCE)

    async def one(run: Run) -> None:
        async with room:
            try:
                async with asyncio.timeout(JOURNEY_SECONDS):
                    await travel(world, run)
            except Exception as error:  # noqa: BLE001 - told with its cell
                told = f"the journey ended with {type(error).__name__}: {error}; {run.heard[-4:]}"
                report.wrong[run.cell.name].append(told)

    report.runs = [Run.of(cell) for cell in cells]
    stop = asyncio.Event()
    sweeping = asyncio.create_task(world.keep_sweeping(stop))
    await asyncio.gather(*[asyncio.create_task(one(run)) for run in report.runs])
    for run in report.runs:
        run.is_calm = True
    await asyncio.gather(*[task for run in report.runs for task in run.landing], return_exceptions=True)
    is_reconciling = any(cell.manner == "missing" for cell in report.seen)
    await _rest(world, rest_seconds, is_reconciling=is_reconciling)
    stop.set()
    await sweeping
    await _tell(world, report, await judge(world))
    return report


async def _rest(world: World, seconds: float, *, is_reconciling: bool) -> None:
    """Wait until nothing is under way any more; what still is then, the judge names."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await _quiet(world)
            if is_reconciling:  # the shop does so once a day
                day = ReconcilePaymentsInput(fresh(), (clock.now() - timedelta(hours=1)).isoformat())
                await world.motor.durable.start("reconcile-payments", day.day, day)
                await world.motor.durable.closed("reconcile-payments", day.day, within=seconds)
            await world.sweep(after=0, ask=0)
            await _quiet(world)


async def _quiet(world: World) -> None:
    still = 0
    while still < 3:
        still = 0 if await world.unfinished() else still + 1
        await asyncio.sleep(0.2)


async def _tell(world: World, report: Report, wrong: Sequence[str]) -> None:
    for sentence in wrong:
        found = [await world.owner(id_) for id_ in re.findall(r"\b[a-z_]+_[0-9A-Z]{26}\b", sentence)]
        mine = next((run for run in found if run is not None), None)
        report.wrong["" if mine is None else mine.cell.name].append(sentence)
