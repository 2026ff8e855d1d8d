"""Between a client and a stand-in: every request and every answer is held against the vendor's own description."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.support.spec_checker import Fault, Spec


class SpecTraffic:
    """An ASGI app around a stand-in; `faults` is what was not as the vendor describes it, and must stay empty.

    Only paths that begin with one of `prefixes` are the vendor's; all others are the stand-in's own. Faults are also
    appended to the file `told`, for a stand-in in a process of its own. An answer that
    never came (a torn connection) is no fault, and a request that the vendor refuses (4xx) may be as wrong as it was.
    """

    def __init__(self, app: ASGIApp, spec: Spec, prefixes: Collection[str], told: Path | None = None) -> None:
        self._app = app
        self._spec = spec
        self._prefixes = tuple(prefixes)
        self._told = told
        self.faults: list[Fault] = []
        self.seen: set[tuple[str, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefixes):
            await self._app(scope, receive, send)
            return
        bodies = {"in": b"", "out": b""}
        status = 0
        is_answered = False

        async def heard() -> Message:
            message = await receive()
            bodies["in"] += message.get("body", b"")
            return message

        async def said(message: Message) -> None:
            nonlocal status, is_answered
            status = message.get("status", status)
            bodies["out"] += message.get("body", b"")
            if message["type"] == "http.response.body" and not message.get("more_body"):
                is_answered = True  # told before the client can go on and look
                self._check(scope, bodies["in"], status, bodies["out"])
            await send(message)

        # uvicorn's own `send` is what a stand-in tears the connection down by.
        said.__dict__["__self__"] = getattr(send, "__self__", None)
        await self._app(scope, heard, said)
        if not is_answered:
            self._check(scope, bodies["in"], 0, b"")

    def _check(self, scope: Scope, body: bytes, status: int, answer: bytes) -> None:
        method, path = scope["method"], scope["path"]
        self.seen.add((method, path))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        faults: list[Fault] = []
        if not 400 <= status < 500:
            faults += self._spec.request(
                method,
                path,
                query=scope["query_string"].decode(),
                body=body,
                content_type=headers.get("content-type", ""),
            )
        if status:
            faults += self._spec.response(method, path, status, json.loads(answer) if answer else {})
        self.faults += faults
        if faults and self._told is not None:
            with self._told.open("a") as file:
                file.writelines(f"{fault}\n" for fault in faults)
