"""A burst of webhooks does not stand before shoppers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api import turns
from api.turns import BESIDE, Turns


class Door:
    """An application that notes who came in, and lets shoppers out when it is told to."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.out = asyncio.Event()
        self.turns = Turns(self.serve)

    async def serve(self, scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401 - ASGI
        self.entered.append(scope["path"])
        if scope["path"].startswith("/store"):
            await self.out.wait()

    def ask(self, path: str) -> asyncio.Task[None]:
        nothing: Any = None
        return asyncio.ensure_future(self.turns({"type": "http", "path": path}, nothing, nothing))

    def webhooks(self, number: int) -> list[asyncio.Task[None]]:
        return [self.ask(f"/hooks/payment/{n}") for n in range(number)]

    @property
    def heard(self) -> list[int]:
        return [int(path.rpartition("/")[2]) for path in self.entered if path.startswith("/hooks")]

    @asynccontextmanager
    async def shopper(self) -> AsyncIterator[None]:
        shopping = self.ask("/store/carts")
        await rest()
        try:
            yield
        finally:
            self.out.set()
            await shopping


async def rest() -> None:
    """Let everything that can go on do so."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_alone_they_pass_at_once() -> None:
    door = Door()
    sent = door.webhooks(100)
    await rest()
    assert door.heard == list(range(100))
    await asyncio.gather(*sent)


async def test_beside_a_shopper_they_are_called_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "EVERY", 3600)  # called by this test only
    door = Door()
    async with door.shopper():
        sent = door.webhooks(10)
        await rest()
        assert door.heard == []
        for called in (BESIDE, 2 * BESIDE, 10):
            door.turns._call()
            await rest()
            assert door.heard == list(range(called)), "in the order in which they came"
    await asyncio.gather(*sent)


async def test_shoppers_never_wait() -> None:
    door = Door()
    sent = door.webhooks(100)
    async with door.shopper():
        assert "/store/carts" in door.entered
    await asyncio.gather(*sent)


async def test_a_shopper_who_was_just_served_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LINGER", 3600)
    monkeypatch.setattr(turns, "EVERY", 0.001)
    door = Door()
    async with door.shopper():
        pass
    sent = door.webhooks(2 * BESIDE)
    await rest()
    assert door.heard == []
    await asyncio.gather(*sent)
    assert door.heard == list(range(2 * BESIDE))


async def test_one_that_is_gone_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "EVERY", 0.001)
    door = Door()
    async with door.shopper():
        first, *others = door.webhooks(BESIDE + 2)
        await rest()
        first.cancel()
        await asyncio.gather(*others)
    assert door.heard == list(range(1, BESIDE + 2))
