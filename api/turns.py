"""Webhooks take turns: a provider's burst waits, so that shoppers do not."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

AREA: Final = "/hooks/"
ALONE: Final = 32  # enough to fill one commit while the last one is written
BESIDE: Final = 2  # while anybody else is being served: each of their steps waits for so many of ours at most


class Turns:
    """Lets webhooks in, first come, first served; fewer at once while there are other requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._inside = 0
        self._others = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(AREA):
            await self._turn()
            try:
                await self._app(scope, receive, send)
            finally:
                self._inside -= 1
                self._call_next()
        else:
            self._others += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._others -= 1
                self._call_next()

    @property
    def _has_room(self) -> bool:
        return self._inside < (BESIDE if self._others else ALONE)

    async def _turn(self) -> None:
        if not self._waiting and self._has_room:
            self._inside += 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # called and gone at the same moment
                self._inside -= 1
                self._call_next()
            raise

    def _call_next(self) -> None:
        while self._waiting and self._has_room:
            if not (called := self._waiting.popleft()).done():
                self._inside += 1
                called.set_result(None)
