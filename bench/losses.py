"""Webhooks while the API, the worker and PostgreSQL are killed: whatever was answered 200 is there, and worked off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bench.burst import worked_off_after
from bench.deliveries import About, Webhook, many, sandbox
from bench.shops import Stage
from bench.tables import show
from bench.wire import AWAY, Wire, wires

WIDTH = 16
KILLED = ("api", "api", "worker", "postgres", "api")  # one after the other, evenly over the deliveries
STORED = "SELECT event_id FROM provider_event WHERE event_id = ANY($1::text[])"


async def measure(on: Stage, about: Sequence[About], number: int) -> str | None:
    """Deliver each webhook once while parts die, the unanswered ones once more; a problem when one is lost."""
    webhooks = many(sandbox, about, number)
    began = time.monotonic()
    answered = await _deliver_and_kill(on, webhooks)
    await on.shop.wait_ready()
    lost = answered - await _stored(on, webhooks)
    again = [webhook for webhook in webhooks if webhook.event_id not in answered]
    answered |= await _deliver(on, again)
    worked_off = await worked_off_after(on, began)
    missing = {webhook.event_id for webhook in webhooks} - await _stored(on, webhooks)
    rows = [
        ("delivered", number),
        (f"parts killed: {', '.join(KILLED)}", len(KILLED)),
        ("unanswered, delivered again", len(again)),
        ("answered 200, and not in the inbox (at most 0)", len(lost)),
        ("missing in the end (at most 0)", len(missing)),
        ("seconds until all of them were worked off", f"{worked_off:.1f}"),
    ]
    show("webhooks while processes are killed by kill -9", ["what", "number"], rows)
    if lost or missing or len(answered) < number:
        return f"Webhooks were lost: {len(lost)} after they were answered, {len(missing)} in the end."
    return None


async def _deliver_and_kill(on: Stage, webhooks: Sequence[Webhook]) -> set[str]:
    answered: set[str] = set()
    size = -(-len(webhooks) // (len(KILLED) + 1))
    for number, name in enumerate((*KILLED, None)):
        part = webhooks[number * size : (number + 1) * size]
        goal = len(answered) + size // 3
        sending = asyncio.create_task(_deliver(on, part, into=answered))
        if name is not None:
            while len(answered) < goal and not sending.done():  # noqa: ASYNC110 - a burst is watched, not waited for
                await asyncio.sleep(0.005)
            on.shop.kill(name)
        await sending
        await on.shop.wait_ready()
    return answered


async def _deliver(on: Stage, webhooks: Sequence[Webhook], into: set[str] | None = None) -> set[str]:
    """Deliver each once, and return those that were answered 200."""
    answered, left = set() if into is None else into, list(webhooks)

    async def send(wire: Wire) -> None:
        while left:
            webhook = left.pop()
            try:
                if await wire.post(webhook.raw) == 200:
                    answered.add(webhook.event_id)
            except AWAY:
                await asyncio.sleep(0.01)

    async with wires(on.shop.api_url, WIDTH) as connections:
        await asyncio.gather(*map(send, connections))
    return answered


async def _stored(on: Stage, webhooks: Sequence[Webhook]) -> set[str]:
    connection = await on.shop.connect()
    try:
        return {row[0] for row in await connection.fetch(STORED, [webhook.event_id for webhook in webhooks])}
    finally:
        await connection.close()
