"""A burst of webhooks beside checkouts at a fixed pace: what the shoppers feel, and when all is worked off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.deliveries import About, many, sandbox
from bench.meter import Usage, metered
from bench.shops import Stage
from bench.steps import Steps, percentile
from bench.tables import console, show
from bench.visits import SYSTEM, complete, fill_cart
from bench.wire import AWAY, wires

TARGET = 2.0  # times the latency without a burst
WIDTH = 16  # webhooks delivered at once
CALM = 30  # checkouts before the burst
PATIENCE = 1800.0  # seconds until a burst that is not worked off is a failure
WHOLE, BUTTON = "whole checkout", "complete"
LEFT = "SELECT count(*) FROM provider_event WHERE state <> 'done'"


@dataclass(frozen=True, slots=True)
class Facts:
    """A burst: how many webhooks about how many sessions; seconds until all were taken, and until none was left."""

    number: int
    sessions: int
    delivered: float
    worked_off: float


class Pace:
    """Shoppers who come at a fixed pace, however long each of them waits."""

    def __init__(self, on: Stage, pause: float) -> None:
        self._on, self._pause = on, pause
        self.steps = Steps()
        self.number = 0

    async def until(self, is_over: asyncio.Event, least: int) -> None:
        """Let shoppers come until it is over and so many have come; wait for the last one's order."""
        began, visits = time.monotonic(), []
        while not is_over.is_set() or self.number < least:
            visits.append(asyncio.create_task(self._visit()))
            self.number += 1
            await asyncio.sleep(max(0.0, began + self.number * self._pause - time.monotonic()))
        await asyncio.gather(*visits)

    async def _visit(self) -> None:
        began = time.monotonic()
        cart_id = await fill_cart(self._on.store, self._on.goods, SYSTEM)
        pressed = time.monotonic()
        await complete(self._on.store, cart_id)
        self.steps.add(BUTTON, time.monotonic() - pressed)
        self.steps.add(WHOLE, time.monotonic() - began)


async def measure(on: Stage, about: Sequence[About], number: int, pause: float) -> str | None:
    """Let `number` webhooks come while shoppers buy every `pause` seconds; a problem when they feel too much of it."""
    calm, coming, after = Pace(on, pause), Pace(on, pause), Pace(on, pause)
    async with _shoppers(calm, CALM):
        pass
    async with metered(on.shop) as usage:
        began = time.monotonic()
        async with _shoppers(coming):
            await deliver(on, [each.raw for each in many(sandbox, about, number)], WIDTH)
            delivered = time.monotonic() - began
        async with _shoppers(after):
            worked_off = await worked_off_after(on, began)
    facts = Facts(number, len(about), delivered, worked_off)
    return _show({"before": calm, "while they come": coming, "while they are worked off": after}, facts, usage)


async def deliver(on: Stage, raws: Sequence[bytes], width: int) -> None:
    """Deliver every webhook, and again whatever was not answered 200, as a provider does."""
    left = list(raws)
    async with wires(on.shop.api_url, width) as connections:

        async def send(number: int) -> None:
            while left:
                raw = left.pop()
                try:
                    is_taken = await connections[number].post(raw) == 200
                except AWAY:
                    is_taken = False
                if not is_taken:
                    left.append(raw)
                    await asyncio.sleep(0.1)

        await asyncio.gather(*map(send, range(width)))


async def worked_off_after(on: Stage, began: float) -> float:
    """Wait until the inbox is worked off and return the seconds since `began`; RuntimeError when it never is."""
    connection = await on.shop.connect()
    try:
        while left := await connection.fetchval(LEFT):
            if time.monotonic() - began > PATIENCE:
                raise RuntimeError(f"{left} webhooks are not worked off after {PATIENCE:.0f} s")
            await asyncio.sleep(0.25)
    finally:
        await connection.close()
    return time.monotonic() - began


@asynccontextmanager
async def _shoppers(pace: Pace, least: int = 1) -> AsyncIterator[None]:
    over = asyncio.Event()
    coming = asyncio.create_task(pace.until(over, least))
    try:
        yield
    finally:
        over.set()
        await coming


def _show(paces: Mapping[str, Pace], facts: Facts, usage: Usage) -> str | None:
    calm, rows, missed = paces["before"], [], []
    for name, pace in paces.items():
        for step in (BUTTON, WHOLE):
            cells: list[object] = [f"{step}, {name}", pace.number]
            for share in (0.5, 0.95):
                before, found = (percentile(each.steps.seconds[step], share) * 1000 for each in (calm, pace))
                cells += [found, f"{found / before:.2f}x", f"{found / before / TARGET:.2f}"]
                if found > TARGET * before:
                    missed.append(f"{step} {name}, p{share * 100:.0f}")
            rows.append(cells)
    title = f"shoppers beside {facts.number} webhooks, ms (at most {TARGET:.0f} times what it was before)"
    of = f"of {TARGET:.0f}x"
    show(title, ["step", "shoppers", "p50", "ratio", of, "p95", "ratio", of], rows)
    per = ", ".join(f"{name} {ms:.1f}" for name, ms in usage.per(facts.number).items() if name != "client")
    console.print(
        f"{facts.number} webhooks of {facts.sessions} sessions: taken in {facts.delivered:.1f} s"
        f" ({facts.number / facts.delivered:.0f}/s), worked off after {facts.worked_off:.1f} s"
        f" ({facts.sessions / facts.worked_off:.1f} sessions/s), none left\n"
        f"CPU ms per webhook, what the shoppers cost included: {per}"
    )
    return f"Beside the burst more than {TARGET:.0f} times as slow: {'; '.join(missed)}." if missed else None
