"""Bursts of shoppers, and what happens to the shop meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from tests.faults.shop import PARTS, Shop
from tests.faults.shopper import BROWSER, SANDBOX, End, Shopper, Visit
from tests.faults.storefront import Goods, Storefront

Chaos = Callable[[Shop], Coroutine[Any, Any, None]]

AUTHORISING = (
    "",
    "decline",
    "decline_raised",
    "requires_more",
    "pending",
    "pending_authorization",
    "canceled",
    "capture",
    "reset",
    "late_landing",
    "apply_then_timeout",
    "error_after",
    "slow",
    "outage",
    "refuse",
)
CREATING = ("create=reset", "create=late_landing", "create=apply_then_timeout", "create=error_after", "create=slow")
CANCELLING = (  # a decline cannot hold money, so the cancel is reached by what leaves the outcome open
    "authorise=outage cancel=reset",
    "authorise=outage cancel=late_landing",
    "authorise=apply_then_timeout cancel=error_after",
    "authorise=outage cancel=apply_then_timeout",
    "authorise=canceled cancel=slow",
)
MOVING = (  # what an admin who takes and gives back meets; nobody else does
    "capture=reset refund=reset",
    "capture=late_landing refund=slow",
    "capture=error_after refund=error_after",
    "capture=slow refund=late_landing",
)
MOODS = (*AUTHORISING, *CREATING, *CANCELLING, *MOVING)
BROWSER_MOODS = ("", "capture", "confirm=decline", "confirm=apply_then_timeout", "confirm=error_after", "confirm=reset")


def visits(moods: Sequence[str], number: int, *, provider_id: str = SANDBOX) -> list[Visit]:
    """Return `number` visits that go through the moods in turn."""
    return [Visit(behavior=mood, provider_id=provider_id) for mood in itertools.islice(itertools.cycle(moods), number)]


def mixed(number: int) -> list[Visit]:
    """Return visits in every mood of both providers, shuffled, the calm one as often as all others together."""
    cruel = [*visits(MOODS, len(MOODS)), *visits(BROWSER_MOODS, len(BROWSER_MOODS), provider_id=BROWSER)]
    random.shuffle(cruel)
    chosen = list(itertools.islice(itertools.cycle(cruel), number))
    return [Visit(behavior=v.behavior, provider_id=v.provider_id) if n % 2 else Visit() for n, v in enumerate(chosen)]


async def all_bought(store: Storefront, goods: Goods, visits: Sequence[Visit]) -> list[Visit]:
    """Let everybody who gave up waiting come back, now that all is calm, and return all visits."""
    left = [Shopper(store, goods, visit) for visit in visits if visit.end is End.GAVE_UP]
    await asyncio.gather(*(shopper.come_back() for shopper in left))
    return list(visits)


async def burst(
    shop: Shop, store: Storefront, goods: Goods, group: Iterable[Visit], *, chaos: Chaos | None = None, width: int = 8
) -> list[Visit]:
    """Prepare all carts, `width` at a time, press all buttons at once, and let `chaos` happen meanwhile."""
    shoppers = [Shopper(store, goods, visit) for visit in group]
    gate = asyncio.Semaphore(width)

    async def prepare(shopper: Shopper) -> None:
        async with gate:
            await shopper.prepare()

    await asyncio.gather(*(prepare(shopper) for shopper in shoppers))
    trouble = asyncio.create_task(chaos(shop)) if chaos else None
    done = await asyncio.gather(*(shopper.buy() for shopper in shoppers))
    if trouble:
        await trouble
    await shop.wait_ready()
    return await all_bought(store, goods, done)


def killing(*names: str, after: float = 0.3, times: int = 1, gap: float = 1.0) -> Chaos:
    """Kill the named parts (all, without a name) after a while, again as often as told."""

    async def chaos(shop: Shop) -> None:
        for _ in range(times):
            await asyncio.sleep(random.uniform(0.3, 1) * after)
            shop.kill(*names)
            await shop.wait_ready()
            await asyncio.sleep(random.uniform(0, gap))

    return chaos


def killing_at_random(kills: int, *, among: Sequence[str] = PARTS, gap: float = 1.5) -> Chaos:
    """Kill a part drawn by lot, or all, several times, without waiting for it to be back."""

    async def chaos(shop: Shop) -> None:
        for _ in range(kills):
            await asyncio.sleep(random.uniform(0.05, gap))
            name = random.choice([*among, "all"])
            shop.kill(*(() if name == "all" else (name,)))

    return chaos


def losing_temporal(after: float = 0.3) -> Chaos:
    """Delete the whole Temporal store in the middle."""

    async def chaos(shop: Shop) -> None:
        await asyncio.sleep(after)
        await shop.lose_temporal()

    return chaos
