"""The long form of tests/faults: rounds of bursts while parts are killed, each audited; and how long shoppers wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bench.steps import percentile
from bench.tables import console, show
from tests.faults.audit import Report, audit
from tests.faults.bursts import Chaos, burst, killing, killing_at_random, losing_temporal, mixed
from tests.faults.shop import Shop, running_shop
from tests.faults.shopper import Visit
from tests.faults.storefront import Goods, Storefront
from tests.faults.waits import waits_after

AIM = 5.0  # seconds from the part being back to the last waiting shopper's answer
SINGLE = ("worker", "api", "temporal", "postgres", "sandbox")


async def run(rounds: int, shoppers: int) -> str | None:
    """Run `rounds` rounds: random kills in every mood, each part alone for the waits, and the Temporal store lost."""
    waits: dict[str, list[float]] = defaultdict(list)
    reports: list[Report] = []
    async with running_shop() as shop, Storefront(shop.api_url, shop.publishable_key) as store:
        goods = await store.goods()
        for number in range(1, rounds + 1):
            for name, chaos in _plan(number):
                reports.append(await _burst(shop, store, goods, (name, chaos), shoppers, waits))
                console.print(f"round {number}, {name}: {reports[-1]}")
                if not reports[-1].is_clean:
                    return "The audit found violations."
    _show(reports, waits)
    slow = [name for name, found in waits.items() if percentile(found, 0.95) > AIM]
    return f"Shoppers waited longer than {AIM:.0f} s after a kill of: {', '.join(slow)}." if slow else None


async def _burst(  # noqa: PLR0917 - one burst's facts
    shop: Shop,
    store: Storefront,
    goods: Goods,
    plan: tuple[str, Chaos],
    shoppers: int,
    waits: dict[str, list[float]],
) -> Report:
    name, chaos = plan
    group = mixed(shoppers) if name == "at random" else [Visit() for _ in range(shoppers)]
    deaths = {part.name: len(part.downs) for part in shop.parts.values()}
    done = await burst(shop, store, goods, group, chaos=chaos)
    for part, wait in _waits(shop, name, deaths, done):
        waits[part].append(wait)
    return await audit(shop, done)


def _plan(number: int) -> list[tuple[str, Chaos]]:
    single = SINGLE[number % len(SINGLE)]
    plan = [("at random", killing_at_random(6)), (single, killing(single)), ("all", killing())]
    return [*plan, ("store lost", losing_temporal())] if number % 2 == 0 else plan


def _waits(shop: Shop, name: str, deaths: dict[str, int], visits: Sequence[Visit]) -> list[tuple[str, float]]:
    parts = SINGLE if name == "all" else (name,)
    found = [(part, shop.parts[part]) for part in parts if part in shop.parts]
    if name == "all":  # back is when the last of them is back
        return [("all", wait) for wait in waits_after([part for _, part in found], visits, deaths)]
    return [(part, wait) for part, kept in found for wait in waits_after([kept], visits, deaths)]


def _show(reports: Sequence[Report], waits: dict[str, list[float]]) -> None:
    rows = [
        (part, len(found), percentile(found, 0.5), percentile(found, 0.95), max(found), percentile(found, 0.95) / AIM)
        for part, found in waits.items()
    ]
    columns = ("killed", "waiting", "p50 s", "p95 s", "max s", "p95 / aim")
    show(f"seconds until the waiting shoppers' answers after the part is back (aim {AIM:.0f} s)", columns, rows)
    total = sum(report.number for report in reports)
    carts = sum(report.visits for report in reports)
    console.print(f"{len(reports)} bursts, {carts} carts, {total} violations (the peer: 241 in 200 carts)")
