"""Adding a line to a cart that then has 1 line, and 50: CPU over all processes."""

from __future__ import annotations

from bench import calculator
from bench.meter import metered
from bench.shops import Stage, stage
from bench.steps import Steps, percentile
from bench.tables import show
from bench.visits import expect

TARGETS = {1: 10.0, 50: 18.0}  # ms over all processes
AROUND = 5  # lines before and after the 50th that are measured too


async def run(number: int) -> str | None:
    """Add `number` lines at each size."""
    calculator.show_own_time()
    steps = Steps()
    async with stage(timed=steps.add, warm=0) as on:
        carts = [await _empty_cart(on) for _ in range(number)]
        first = Steps()
        steps.seconds.clear()
        async with metered(on.shop, rest=0.3) as one:
            for cart_id in carts:
                await expect(on.store.add_line(cart_id, on.goods.variant_ids[0]))
        first.seconds["1"] = list(steps.seconds["add line"])
        wide = [await _cart_of(on, 50 - AROUND) for _ in range(max(1, number // (2 * AROUND)))]
        steps.seconds.clear()
        async with metered(on.shop, rest=0.3) as fifty:
            for cart_id in wide:
                for variant_id in on.goods.variant_ids[50 - AROUND : 50 + AROUND]:
                    await expect(on.store.add_line(cart_id, variant_id))
        first.seconds["50"] = list(steps.seconds["add line"])
    rows = []
    for lines, usage in ((1, one), (50, fifty)):
        timed = first.seconds[str(lines)]
        per = usage.per(len(timed))
        p50, p95 = percentile(timed, 0.5) * 1000, percentile(timed, 0.95) * 1000
        target = TARGETS[lines]
        rows.append(
            (lines, per["api"], per["postgres"], per["total"], target, f"{per['total'] / target:.2f}", p50, p95)
        )
    columns = ("lines after", "API ms", "PG ms", "all ms", "target", "of target", "p50 ms", "p95 ms")
    show(f"adding a line, {number} times, one at a time", columns, rows)
    return None


async def _empty_cart(on: Stage) -> str:
    return str((await expect(on.store.create_cart(on.goods.region_id))).body["cart"]["id"])


async def _cart_of(on: Stage, lines: int) -> str:
    cart_id = await _empty_cart(on)
    for variant_id in on.goods.variant_ids[:lines]:
        await expect(on.store.add_line(cart_id, variant_id))
    return cart_id
