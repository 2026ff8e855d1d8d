"""Cart writes on carts of any size: CPU by process, statements, latency alone and at once, on many carts and on one."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from httpx2 import ASGITransport

from api.app import create_app
from bench.calculator import show_calculator
from bench.cart_steps import SHARED, STEPS, BenchCart, CartSteps
from bench.meter import MEASURED, metered
from bench.phases import at_once
from bench.shops import Stage, stage
from bench.steps import percentile
from bench.tables import console, show
from kit.settings import Settings
from tests.faults.storefront import Storefront
from tests.promises.tally import tallied

SMALL, LARGE = (1, 10.0), (50, 18.0)  # lines, and the most CPU ms over all processes that adding one may cost
PEER: Final = {1: (165.0, 240.0), 50: (440.0, 490.0)}  # what the peer needs for an added line
MOST: Final = 8  # statements between BEGIN and COMMIT
AT_ONCE: Final = 16
WARM: Final = 6  # PostgreSQL decides after five times how it plans a statement


@dataclass(frozen=True)
class Cost:
    """What one step cost on the average, and how long each took."""

    step: str
    lines: int
    cpu: dict[str, float]
    seconds: list[float]


class Times:
    """Hears how long each call took; what is not listened for is forgotten."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def add(self, _: str, seconds: float) -> None:
        self.seconds.append(seconds)

    def taken(self) -> list[float]:
        """Return what was heard since the last time."""
        heard, self.seconds = self.seconds, []
        return heard


async def run(number: int, sizes: Sequence[int]) -> str | None:
    """Do each step `number` times at each size; tell what misses its target."""
    times = Times()
    alone: list[Cost] = []
    many: dict[tuple[str, int], list[float]] = {}
    one: dict[tuple[str, int], list[float]] = {}
    async with stage(timed=times.add, warm=0) as on:
        steps = CartSteps(on)
        await steps.prepare()
        for lines in sizes:
            carts = [await steps.cart(lines) for _ in range(number)]
            await _warm(steps, lines)
            alone += await _alone(steps, times, carts, lines)
            many |= await _at_once(steps, times, carts, lines)
            one |= await _on_one(steps, times, carts[0], lines, number)
        statements = {lines: await _statements(on, lines) for lines in sizes}
    _show_cpu(alone, statements, number)
    _show_latency(alone, many, one)
    show_calculator(sizes)
    return _missed(alone, statements)


async def _warm(steps: CartSteps, lines: int) -> None:
    """Let every connection prepare every statement."""
    carts = [await steps.cart(lines) for _ in range(AT_ONCE)]
    for name in STEPS:
        for _ in range(WARM if name != "remove" else 1):
            await at_once(_on_each(steps, name, carts), AT_ONCE, AT_ONCE)


def _on_each(steps: CartSteps, name: str, carts: Sequence[BenchCart]) -> Callable[[], Awaitable[None]]:
    """Return what does a step on the next of the carts each time it is called."""
    left, step = iter(carts), steps.step(name)

    async def on_next() -> None:
        await step(next(left))

    return on_next


async def _alone(steps: CartSteps, times: Times, carts: Sequence[BenchCart], lines: int) -> list[Cost]:
    costs = []
    for name in STEPS:
        if name == "remove":
            for cart in carts:
                await steps.clear(cart)
        times.taken()
        async with metered(steps.on.shop, rest=0.3) as usage:
            for cart in carts:
                await steps.step(name)(cart)
        costs.append(Cost(name, lines, usage.per(len(carts)), times.taken()))
    return costs


async def _at_once(
    steps: CartSteps, times: Times, carts: Sequence[BenchCart], lines: int
) -> dict[tuple[str, int], list[float]]:
    """Do each step on other carts at any moment."""
    found = {}
    for name in STEPS:
        times.taken()
        await at_once(_on_each(steps, name, carts), len(carts), AT_ONCE)
        found[name, lines] = times.taken()
    return found


async def _on_one(
    steps: CartSteps, times: Times, cart: BenchCart, lines: int, number: int
) -> dict[tuple[str, int], list[float]]:
    """Do each step on the same cart all at once; a line can be removed only once, so that is left out."""
    await steps.step("add")(cart)
    found = {}
    for name in SHARED:
        times.taken()
        before = steps.queue.gave_up
        await at_once(_on_each(steps, name, [cart] * number), number, AT_ONCE)
        found[name, lines] = times.taken()
        if gave_up := steps.queue.gave_up - before:
            console.print(f"{name} at {lines} lines, {AT_ONCE} on one cart: {gave_up} of {number} waited 2 s in vain")
    return found


async def _statements(on: Stage, lines: int) -> dict[str, tuple[int, int]]:
    """Count, asked of an API in this process, a step's statements: all of them, and those in its transaction."""
    settings = Settings(database_url=on.shop.database_url, jwt_secret="a secret of the kill harness, long enough")
    app = create_app(settings)
    found = {}
    inside = ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        Storefront("http://api", on.shop.publishable_key, transport=inside) as store,
    ):
        steps = CartSteps(Stage(on.shop, store, on.goods))
        cart = await steps.cart(lines)
        for name in STEPS:
            with tallied(app.state.parts.database) as sent:
                await steps.step(name)(cart)
            found[name] = (len(sent.all), sent.longest)
    return found


def _target(lines: int) -> float:
    """Return the most CPU ms at this size: on the line through the two that are given."""
    slope = (LARGE[1] - SMALL[1]) / (LARGE[0] - SMALL[0])
    return SMALL[1] + slope * (lines - SMALL[0])


def _show_cpu(costs: Sequence[Cost], statements: dict[int, dict[str, tuple[int, int]]], number: int) -> None:
    rows: list[list[Any]] = []
    for cost in sorted(costs, key=lambda cost: STEPS.index(cost.step)):
        target, total = _target(cost.lines), cost.cpu["total"]
        low, high = PEER.get(cost.lines, (0.0, 0.0)) if cost.step == "add" else (0.0, 0.0)
        peer = f"{low / total:.0f}-{high / total:.0f}x less" if low else ""
        every, inside = statements[cost.lines][cost.step]
        spent = [cost.cpu[name] for name in MEASURED]
        rows.append([cost.step, cost.lines, *spent, total, f"{total / target:.2f}", peer, every, f"{inside}/{MOST}"])
    columns = ("step", "lines", *MEASURED, "all", "of target", "than the peer", "statements", "in the transaction")
    show(f"CPU ms each, {number} times one at a time", columns, rows)
    console.print(
        f"Target: {SMALL[1]:.0f} ms at 1 line, {LARGE[1]:.0f} at 50, others on the line through both. It is asked for"
        " adding; the other steps are held against it too."
    )


def _show_latency(
    alone: Sequence[Cost], many: dict[tuple[str, int], list[float]], one: dict[tuple[str, int], list[float]]
) -> None:
    rows = []
    for cost in sorted(alone, key=lambda cost: STEPS.index(cost.step)):
        key = (cost.step, cost.lines)
        timed = [cost.seconds, many[key], one.get(key, [])]
        cells = [percentile(each, share) * 1000 if each else "" for each in timed for share in (0.5, 0.95)]
        rows.append([*key, *cells])
    names = ("alone", f"{AT_ONCE} at once", f"{AT_ONCE} on one cart")
    columns = ("step", "lines", *itertools.chain(*[(f"p50 {name}", f"p95 {name}") for name in names]))
    show("latency, ms", columns, rows)


def _missed(costs: Sequence[Cost], statements: dict[int, dict[str, tuple[int, int]]]) -> str | None:
    """Return what misses its target; CPU of adding, since what is beside that has none."""
    added = [cost for cost in costs if cost.step == "add" and cost.lines in PEER]
    slow = [f"{c.cpu['total']:.1f} ms at {c.lines}" for c in added if c.cpu["total"] > _target(c.lines)]
    long = [f"{name} {inside}" for found in statements.values() for name, (_, inside) in found.items() if inside > MOST]
    return f"missed: {', '.join([*slow, *long])}" if slow or long else None
