"""A phase of a benchmark: so many of something, so many at once, at a cost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.meter import Usage


@dataclass(frozen=True)
class Measured:
    """One phase: how many of what, in which time, at which cost."""

    name: str
    concurrency: int
    number: int
    usage: Usage


async def at_once(work: Callable[[], Awaitable[None]], number: int, concurrency: int) -> None:
    """Do `work` `number` times, `concurrency` at any moment."""
    left = iter(range(number))

    async def one_after_the_other() -> None:
        for _ in left:
            await work()

    await asyncio.gather(*(one_after_the_other() for _ in range(concurrency)))
