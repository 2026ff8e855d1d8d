"""Sweeps run one at a time in the whole shop, and one that fails does not stop the others."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from durable.sweep import Sweep, keep_sweeping, sweep_once
from kit.db import Database, value


async def three(_: AsyncSession) -> int:
    return 3


async def broken(_: AsyncSession) -> int:
    raise ValueError("broken")


async def test_each_sweep_says_what_it_found(database: Database) -> None:
    assert await sweep_once(database, [Sweep("a", three), Sweep("b", three)]) == {"a": 3, "b": 3}


async def test_a_failing_sweep_comes_last(database: Database) -> None:
    ran = []

    async def counted(session: AsyncSession) -> int:
        ran.append(await value(session, "SELECT 1"))
        return 1

    with pytest.raises(ValueError, match="broken"):
        await sweep_once(database, [Sweep("a", broken), Sweep("b", counted)])
    assert ran == [1]


async def test_one_at_a_time(database: Database) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(_: AsyncSession) -> int:
        entered.set()
        await leave.wait()
        return 1

    first = asyncio.create_task(sweep_once(database, [Sweep("a", slow)]))
    await entered.wait()
    assert await sweep_once(database, [Sweep("a", three)]) == {"a": 0}
    leave.set()
    assert await first == {"a": 1}


async def test_the_loop_outlives_a_failure(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("durable.sweep.EVERY", 0.01)
    stop, turns = asyncio.Event(), []

    async def sometimes(_: AsyncSession) -> int:
        turns.append(1)
        if len(turns) == 1:
            raise ConnectionError("gone")
        if len(turns) == 3:
            stop.set()
        return 0

    await keep_sweeping(database, [Sweep("a", sometimes)], stop)
    assert len(turns) == 3
