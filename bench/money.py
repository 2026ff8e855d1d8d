"""Captures and refunds over HTTP at rising concurrency, beside their floor and an empty workflow."""

from __future__ import annotations

from collections.abc import Sequence

from bench.floor import Floor
from bench.meter import MEASURED
from bench.money_admin import PART, Till
from bench.money_floor import MoneyFloor
from bench.orders import buy
from bench.phases import Measured
from bench.shops import Stage, stage
from bench.steps import Steps, percentile
from bench.tables import show

WHOLE, PARTIAL, REFUND = "capture in full", "capture a part", "refund a part"
FLOORS = {WHOLE: "floor of a capture", PARTIAL: "floor of a capture", REFUND: "floor of a refund"}


async def run(number: int, concurrencies: Sequence[int]) -> str | None:
    """Move money of `number` payments of each kind at each concurrency, then do the same without the engine."""
    async with stage() as on:
        till, phases = Till(on), []
        for concurrency in concurrencies:
            phases += await _phases(on, till, number, concurrency)
        async with Floor(on) as floor:
            empty = await floor.empty_workflows(number, 1)
    _show_latency(till.steps)
    _show_cpu([*phases, empty], empty)
    return None


async def _phases(on: Stage, till: Till, number: int, concurrency: int) -> list[Measured]:
    ids = [paid.payment_id for paid in await buy(on, 3 * number)]
    whole, part, bare = ids[:number], ids[number : 2 * number], ids[2 * number :]
    phases = [
        await till.move(WHOLE, "capture", whole, concurrency),
        await till.move(PARTIAL, "capture", part, concurrency, PART),
        await till.move(REFUND, "refund", whole, concurrency, PART),
    ]
    async with MoneyFloor(on) as floor:
        return [*phases, await floor.captures(bare, concurrency), await floor.refunds(bare, concurrency)]


def _show_latency(steps: Steps) -> None:
    rows = [
        (name, *(percentile(seconds, share) * 1000 for share in (0.5, 0.95, 0.99)))
        for name, seconds in steps.seconds.items()
    ]
    show("latency of the answer, which says that the money moved", ["ms", "p50", "p95", "p99"], rows)


def _show_cpu(phases: Sequence[Measured], empty: Measured) -> None:
    costs = {(phase.name, phase.concurrency): phase.usage.per(phase.number)["total"] for phase in phases}
    rows = []
    for phase in phases:
        per = phase.usage.per(phase.number)
        cells = [per.get(name, 0.0) for name in (*MEASURED, "bare", "total")]
        ratios = ["", ""]
        if phase.name in FLOORS:
            floor = costs[FLOORS[phase.name], phase.concurrency]
            ratios = [f"{per['total'] / below:.1f}x" for below in (floor, floor + costs[empty.name, 1])]
        rows.append([phase.name, phase.concurrency, *cells, phase.number / phase.usage.seconds, *ratios])
    columns = ["CPU ms each", "at once", "API", "worker", "Temporal", "PG", "bare", "all", "per s"]
    title = (
        "CPU by process (`bare`: the process that runs the floor, or the empty workflow; the provider's is not counted)"
    )
    show(title, [*columns, "of the floor", "of floor + empty"], rows)
