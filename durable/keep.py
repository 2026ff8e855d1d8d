"""Keep a loop alive: whatever it meets, it is logged once and tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from kit.discreet import said

log = structlog.get_logger(__name__)

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 2.0  # a shopper who waits for a part to come back waits this much longer at most


async def keep_running(name: str, work: Callable[[], Awaitable[None]], stop: asyncio.Event, pause: float = 0) -> None:
    """Call `work` until `stop` is set: `pause` seconds after it returned, with back-off after it failed.

    One line per kind of failure, and one when it works again: an outage must not fill the log.
    """
    failed: str | None = None
    back_off = FIRST_PAUSE
    while not stop.is_set():
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - a loop that ends stops the shop; what it met is logged below
            told = said(error).splitlines()[0][:300]
            if told != failed:
                log.warning("failed, trying again", loop=name, error=told)
            failed = told
            await asleep(back_off, stop)
            back_off = min(back_off * 2, LONGEST_PAUSE)
            continue
        if failed is not None:
            log.info("works again", loop=name)
        failed, back_off = None, FIRST_PAUSE
        await asleep(pause, stop)


async def asleep(seconds: float, stop: asyncio.Event) -> None:
    """Sleep, but wake at once when `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def either(*events: asyncio.Event) -> None:
    """Wait until one of the events is set."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
