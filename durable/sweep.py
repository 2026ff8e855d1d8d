"""The sweep loop: what no running workflow looks after is found in PostgreSQL and started again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from durable.keep import asleep, keep_running
from kit.db import Database, value

log = structlog.get_logger(__name__)

EVERY: Final = 5.0  # seconds
LOCK_KEY: Final = 4_287_116_054  # any number but the migrations'; the same in every release


@dataclass(frozen=True)
class Sweep:
    """One kind of sweeping: an operation that returns how many things it found; `edge` names it for kit/failpoints."""

    name: str
    operation: Callable[[AsyncSession], Awaitable[int]]
    edge: str | None = None


async def sweep_once(database: Database, sweeps: Sequence[Sweep]) -> dict[str, int]:
    """Run every sweep in a transaction of its own and return what each found; one at a time in the whole shop.

    A failing sweep does not stop the others; the first failure is raised at the end.
    """
    found: dict[str, int] = {}
    failures: list[Exception] = []
    for sweep in sweeps:
        try:
            found[sweep.name] = await database.transact(partial(_alone, sweep), sweep.edge)
        except Exception as error:  # noqa: BLE001 - raised below, after the other sweeps had their turn
            failures.append(error)
    if failures:
        raise failures[0]
    return found


async def keep_sweeping(database: Database, sweeps: Sequence[Sweep], stop: asyncio.Event) -> None:
    """Sweep every five seconds until `stop` is set."""

    async def work() -> None:
        found = {name: number for name, number in (await sweep_once(database, sweeps)).items() if number}
        if found:
            log.info("swept", **found)
        await asleep(EVERY, stop)

    await keep_running("sweep", work, stop)


async def _alone(sweep: Sweep, session: AsyncSession) -> int:
    if not await value(session, "SELECT pg_try_advisory_xact_lock($1)", LOCK_KEY):
        return 0  # another worker sweeps
    return await sweep.operation(session)
