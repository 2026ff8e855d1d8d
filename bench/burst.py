"""A burst of webhooks beside checkouts at a fixed pace: what the shoppers feel, and when all is worked off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

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
LEAST = 10  # checkouts beside it, however soon it is worked off
PATIENCE = 1800.0  # seconds until a burst that is not worked off is a failure
WHOLE, BUTTON = "whole checkout", "complete"
LEFT = "SELECT count(*) FROM provider_event WHERE state <> 'done'"


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
    calm, beside = Pace(on, pause), Pace(on, pause)
    over = asyncio.Event()
    over.set()
    await calm.until(over, CALM)
    async with metered(on.shop) as usage, _shoppers(beside):
        began = time.monotonic()
        await deliver(on, [each.raw for each in many(sandbox, about, number)], WIDTH)
        delivered = time.monotonic() - began
        worked_off = await worked_off_after(on, began)
    return _show(calm, beside, (number, len(about), delivered, worked_off), usage)


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
async def _shoppers(pace: Pace) -> AsyncIterator[None]:
    over = asyncio.Event()
    coming = asyncio.create_task(pace.until(over, LEAST))
    try:
        yield
    finally:
        over.set()
        await coming


def _show(calm: Pace, beside: Pace, facts: tuple[int, int, float, float], usage: Usage) -> str | None:
    number, sessions, delivered, worked_off = facts
    rows, missed = [], []
    for step in (BUTTON, WHOLE):
        for share in (0.5, 0.95):
            before, during = (percentile(pace.steps.seconds[step], share) * 1000 for pace in (calm, beside))
            rows.append((f"{step}, p{share * 100:.0f}", before, during, f"{during / before:.2f}x", f"{TARGET:.0f}x"))
            if during > TARGET * before:
                missed.append(f"{step} p{share * 100:.0f}")
    title = f"checkouts, ms, before ({calm.number}) and while {number} webhooks are worked off ({beside.number})"
    show(title, ["step", "before", "during", "ratio", "target"], rows)
    per = ", ".join(f"{name} {ms:.1f}" for name, ms in usage.per(number).items() if name != "client")
    console.print(
        f"{number} webhooks of {sessions} sessions: taken in {delivered:.1f} s ({number / delivered:.0f}/s), worked off"
        f" after {worked_off:.1f} s ({sessions / worked_off:.0f} sessions/s), none left\n"
        f"CPU ms per webhook, the {beside.number} checkouts beside them included: {per}"
    )
    return f"Beside the burst more than {TARGET:.0f} times as slow: {', '.join(missed)}." if missed else None
