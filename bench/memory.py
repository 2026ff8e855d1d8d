"""Whether the memory of API and worker stays flat over thousands of checkouts."""

from __future__ import annotations

import asyncio

from bench.meter import memory
from bench.shops import Stage, stage
from bench.tables import show
from bench.visits import complete, fill_cart

LOOKS = 10
WIDTH = 4
TARGET = 300.0  # MB, API and worker together
FLAT = 1.15  # what the last half may grow by


async def run(number: int) -> str | None:
    """Buy `number` times, four at a time, and look at the memory ten times; a problem when it keeps growing."""
    rows = []
    async with stage() as on:
        seen = [memory(on.shop)]
        rows.append(_row(0, seen[0]))
        for look in range(1, LOOKS + 1):
            await _buy(on, number // LOOKS)
            seen.append(memory(on.shop))
            rows.append(_row(look * (number // LOOKS), seen[-1]))
    show(
        "resident memory (PostgreSQL: its own pages only)",
        ("checkouts", "API", "worker", "both", "Temporal", "PG"),
        rows,
    )
    half, end = (sum(seen[at][name] for name in ("api", "worker")) for at in (LOOKS // 2, LOOKS))
    if end > TARGET:
        return f"API and worker take {end:.0f} MB, more than {TARGET:.0f}."
    return f"API and worker grew from {half:.0f} to {end:.0f} MB in the second half." if end > half * FLAT else None


async def _buy(on: Stage, number: int) -> None:
    async def one_after_the_other(count: int) -> None:
        for _ in range(count):
            await complete(on.store, await fill_cart(on.store, on.goods))

    await asyncio.gather(*(one_after_the_other(number // WIDTH) for _ in range(WIDTH)))


def _row(checkouts: int, found: dict[str, float]) -> tuple[object, ...]:
    api, worker = found["api"], found["worker"]
    return (checkouts, api, worker, api + worker, found["temporal"], found["postgres"])
