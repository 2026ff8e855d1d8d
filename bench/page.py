"""A product page of 20 with prices: CPU of the API, and of PostgreSQL per kB of answer."""

from __future__ import annotations

from bench.meter import metered
from bench.shops import stage
from bench.steps import Steps, percentile
from bench.tables import show
from bench.visits import PRICED, expect

API_TARGET = 2.0  # ms
POSTGRES_TARGET = 0.05  # ms per kB
PEER = 150.0  # ms, the peer's CPU for the same page


async def run(number: int) -> str | None:
    """Measure `number` pages with the storefront's fields, and as many with the whole default answer."""
    steps = Steps()
    async with stage(timed=steps.add, warm=0) as on:
        path = f"/store/products?limit=20&region_id={on.goods.region_id}"
        rows = []
        for title, fields in (("listed fields", f"&{PRICED},title,handle,thumbnail"), ("all fields", f"&{_ALL}")):
            answer = await expect(on.store.get("warm", path + fields))
            for _ in range(10):
                await expect(on.store.get("warm", path + fields))
            size = len((await on.store.raw(path + fields)).content) / 1000
            async with metered(on.shop, rest=0) as usage:
                for _ in range(number):
                    await expect(on.store.get(title, path + fields))
            per = usage.per(number)
            products = len(answer.body["products"])
            per_kb = per["postgres"] / size
            timed = steps.seconds[title]
            p50, p95 = percentile(timed, 0.5) * 1000, percentile(timed, 0.95) * 1000
            ratio = f"{PEER / per['total']:.0f}x"
            rows.append((title, products, size, per["api"], per["postgres"], f"{per_kb:.3f}", p50, p95, ratio))
    columns = ("page of 20", "products", "kB", "API ms", "PG ms", "PG ms/kB", "p50 ms", "p95 ms", "peer's CPU / ours")
    show(
        f"{number} product pages, one at a time (targets: API {API_TARGET} ms, PG {POSTGRES_TARGET} ms/kB)",
        columns,
        rows,
    )
    return None


_ALL = "fields=*variants.calculated_price,*variants.options,*images,*options.values,*tags,*categories,*collection,*type"
