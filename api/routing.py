"""The router of a resource: ordinary decorated functions, JSON bodies read by api/body.py."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from api.body import parse
from kit.errors import invalid_data


class JsonRequest(Request):
    """A request whose body is JSON, or nothing, which reads as an empty object."""

    def __init__(self, request: Request) -> None:
        self._kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        # FastAPI would judge the content type once more, and read what it does not know as bytes.
        headers = [header for header in request.scope["headers"] if header[0] != b"content-type"]
        super().__init__({**request.scope, "headers": headers}, request.receive)

    async def body(self) -> bytes:
        """Return the raw body."""
        return await super().body() or b"{}"

    async def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the parsed body; `invalid_data` when it is no JSON or does not say that it is."""
        if not hasattr(self, "_json"):
            raw = await self.body()
            # A page elsewhere can make a browser send anything but JSON without asking us first.
            if raw != b"{}" and self._kind != "application/json" and not self._kind.endswith("+json"):
                raise invalid_data("Send the body as JSON, with the header content-type: application/json.")
            self._json = parse(raw)
        return self._json


class Route(APIRoute):
    """A route whose JSON body keeps its decimals exact."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler, given a request whose body is read already."""
        handle = super().get_route_handler()

        async def parsed(request: Request) -> Response:
            made = JsonRequest(request)
            await made.json()  # here, since FastAPI turns whatever reading raises into an answer of its own
            return await handle(made)

        return parsed if self.body_field is not None else handle


class Router(APIRouter):
    """The routes below one path."""

    def __init__(self, prefix: str) -> None:
        area = prefix.split("/")[1]
        super().__init__(prefix=prefix, route_class=Route, tags=[area], strict_content_type=False)
