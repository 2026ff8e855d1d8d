"""CORS per area (contract section 2.2): exact origins or /regex/ literals, with credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS: Final = "GET,HEAD,PUT,PATCH,POST,DELETE"


class Origins:
    """The origins of one area's setting, comma separated."""

    def __init__(self, setting: str) -> None:
        entries = [entry.strip() for entry in setting.split(",") if entry.strip()]
        literals = [re.fullmatch(r"/(.+)/([a-z]*)", entry) for entry in entries]
        self._patterns = [re.compile(found[1], re.IGNORECASE if "i" in found[2] else 0) for found in literals if found]
        self._exact = frozenset(entry for entry, found in zip(entries, literals, strict=True) if not found)

    def allow(self, origin: str) -> bool:
        """Tell whether pages of `origin` may read our answers."""
        return origin in self._exact or any(pattern.search(origin) for pattern in self._patterns)


class Cors:
    """Answers preflights and marks answers; `areas` maps the first part of a path (`store`) to its origins."""

    def __init__(self, app: ASGIApp, areas: Mapping[str, Origins]) -> None:
        self._app = app
        self._areas = areas

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        origins = self._areas.get(_area(scope["path"])) if scope["type"] == "http" else None
        if origins is None:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        marks = {"access-control-allow-credentials": "true"}
        if origin is not None and origins.allow(origin):
            marks["access-control-allow-origin"] = origin
        if scope["method"] == "OPTIONS":
            await _preflight(send, marks, headers.get("access-control-request-headers"))
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                added.update(marks)
                added.add_vary_header("Origin")
            await send(message)

        await self._app(scope, receive, marked)


def _area(path: str) -> str:
    return path.lstrip("/").partition("/")[0]


async def _preflight(send: Send, marks: Mapping[str, str], wanted: str | None) -> None:
    headers = {
        **marks,
        "access-control-allow-methods": METHODS,
        "vary": "Origin, Access-Control-Request-Headers",
        "content-length": "0",
    }
    if wanted:
        headers["access-control-allow-headers"] = wanted
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})
