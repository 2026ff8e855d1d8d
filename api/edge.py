"""The outermost ring: every request has an id, and every failure an answer."""

from __future__ import annotations

import re
from typing import Final
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer
from kit import request_id

HEADER: Final = b"x-request-id"
ACCEPTABLE: Final = re.compile(rb"[A-Za-z0-9._:-]{1,128}")  # it is written to logs and to providers


class RequestIds:
    """Gives the request the caller's id or a new one, and answers with it.

    A trailing slash names the same path, and HEAD is a GET whose body the server does not send.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        theirs = next((value for name, value in scope["headers"] if name == HEADER), b"")
        ours = theirs if ACCEPTABLE.fullmatch(theirs) else uuid4().hex.encode()

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).raw.append((HEADER, ours))
            await send(message)

        token = request_id.current.set(ours.decode())
        try:
            await self._app(_plain(scope), receive, named)
        finally:
            request_id.current.reset(token)


def _plain(scope: Scope) -> Scope:
    path, method = scope["path"], scope["method"]
    if method != "HEAD" and (len(path) == 1 or not path.endswith("/")):
        return scope
    return {**scope, "path": path.rstrip("/") or "/", "method": "GET" if method == "HEAD" else method}


class Failures:
    """Answers what no handler foresaw, inside of CORS, so that a browser may read it too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            await answer(error)(scope, receive, send)
