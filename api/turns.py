"""Webhooks take turns: a provider's burst waits, so that shoppers do not."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

AREA: Final = "/hooks/"
EVERY: Final = 0.04  # seconds between two calls
BESIDE: Final = 4  # called at once beside others: 100 a second, which takes a tenth of the process
ALONE: Final = 32  # called at once of those who waited, when the others are gone
LINGER: Final = 1.0  # seconds for which somebody who was served counts on: a shopper's next request is on its way


class Turns:
    """Lets webhooks pass at once when there is nothing else to do, and few at a time beside other requests.

    How many are inside does not matter: one whose provider is asked for a certificate must not keep the next.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._others = 0
        self._left_at = -LINGER
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(AREA):
            if self._waiting or self._has_company():
                await self._turn()
            await self._app(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._others += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._others -= 1
            self._left_at = asyncio.get_running_loop().time()

    def _has_company(self) -> bool:
        return self._others > 0 or asyncio.get_running_loop().time() < self._left_at + LINGER

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_later(EVERY, self._call)
        mine: asyncio.Future[None] = loop.create_future()
        self._waiting.append(mine)
        await mine

    def _call(self) -> None:
        for _ in range(min(len(self._waiting), BESIDE if self._has_company() else ALONE)):
            called = self._waiting.popleft()
            if not called.done():  # else it is gone
                called.set_result(None)
        if self._waiting:
            asyncio.get_running_loop().call_later(EVERY, self._call)
