"""Guest checkouts and browsing over HTTP at rising concurrency, beside the floor and an empty workflow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bench.floor import Floor
from bench.meter import MEASURED, memory, metered
from bench.phases import Measured, at_once
from bench.shops import Stage, stage
from bench.steps import Steps, percentile
from bench.tables import console, show
from bench.visits import browse, complete, fill_cart

TARGET = 120.0  # CPU ms of a whole checkout over all processes
MEMORY_TARGET = 300.0  # MB of API and worker together
# The peer on this kind of machine: CPU ms a checkout, checkouts a second, by concurrency.
PEER_CPU = 1400.0
PEER_RATE = {1: 0.5, 4: 1.2}


async def run(number: int, concurrencies: Sequence[int]) -> str | None:
    """Measure `number` visits at each concurrency: browsing, filling the cart, completing; then what is below."""
    steps = {c: Steps() for c in concurrencies}
    phases: list[Measured] = []
    now = concurrencies[0]
    async with stage(timed=lambda step, seconds: steps[now].add(step, seconds)) as on:  # noqa: PLW0108 - `now` changes
        for now in concurrencies:
            phases += await _visits(on, number, now)
        size = memory(on.shop)
        async with Floor(on) as floor:
            for concurrency in concurrencies:
                phases.append(await floor.checkouts(number, concurrency))
            phases.append(await floor.empty_workflows(number, 1))
    _show_steps(steps)
    _show_cpu(phases)
    _show_whole(phases, concurrencies, number)
    console.print(
        f"memory: API {size['api']:.0f} MB, worker {size['worker']:.0f} MB (both at most {MEMORY_TARGET:.0f})"
    )
    return None


async def _visits(on: Stage, number: int, concurrency: int) -> list[Measured]:
    carts: list[str] = []

    async def fill() -> None:
        carts.append(await fill_cart(on.store, on.goods))

    async def buy() -> None:
        await complete(on.store, carts.pop())

    phases = []
    works: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        ("browse (3 reads)", lambda: browse(on.store, on.goods)),
        ("cart (8 calls)", fill),
        ("complete", buy),
    ]
    for name, work in works:
        async with metered(on.shop) as usage:
            await at_once(work, number, concurrency)
        phases.append(Measured(name, concurrency, number, usage))
    return phases


def _show_steps(steps: dict[int, Steps]) -> None:
    names = next(iter(steps.values())).seconds
    rows = []
    for name in names:
        cells: list[object] = [name]
        for found in steps.values():
            timed = found.seconds[name]
            cells += [percentile(timed, share) * 1000 for share in (0.5, 0.95, 0.99)]
        rows.append(cells)
    columns = ["step, ms", *(f"{p} @{c}" for c in steps for p in ("p50", "p95", "p99"))]
    show("latency of each step by concurrency", columns, rows)


def _show_cpu(phases: Sequence[Measured]) -> None:
    floors = {phase.concurrency: phase.usage.per(phase.number)["total"] for phase in phases if phase.name == "floor"}
    rows = []
    for phase in phases:
        per = phase.usage.per(phase.number)
        cells = [per.get(name, 0.0) for name in (*MEASURED, "bare", "total")]
        ratio = f"{per['total'] / floors[phase.concurrency]:.1f}x" if phase.concurrency in floors else ""
        rows.append([phase.name, phase.concurrency, *cells, phase.number / phase.usage.seconds, ratio])
    columns = ["CPU ms each", "at once", "API", "worker", "Temporal", "PG", "bare", "all", "per s", "of the floor"]
    show("CPU by process (`bare`: the process that runs the floor, or the empty workflow)", columns, rows)


def _show_whole(phases: Sequence[Measured], concurrencies: Sequence[int], number: int) -> None:
    rows = []
    for concurrency in concurrencies:
        parts = [p for p in phases if p.concurrency == concurrency and p.name in ("cart (8 calls)", "complete")]
        cost = sum(part.usage.total for part in parts) / number
        rate = number / sum(part.usage.seconds for part in parts)
        peer = PEER_RATE.get(concurrency, max(PEER_RATE.values()))
        cells = [cost, f"{cost / TARGET:.2f}", f"{PEER_CPU / cost:.0f}x less", rate, f"{rate / peer:.0f}x"]
        rows.append([concurrency, *cells])
    columns = ["at once", "CPU ms", f"of target {TARGET:.0f}", "than the peer", "checkouts/s", "the peer's rate"]
    show("a whole checkout: eight calls and the completion", columns, rows)
