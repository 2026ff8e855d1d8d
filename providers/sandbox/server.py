"""The sandbox's HTTP API: payment intents, idempotency keys as Stripe treats them, and every way to fail."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from providers.sandbox import tells
from providers.sandbox.book import Book, Reply, Wish
from providers.sandbox.moods import CALLS, CALM, Knobs, UnknownMood, pick
from providers.sandbox.webhooks import Webhooks

REPLAYED = "idempotent-replayed"
WITHOUT_A_KEY = frozenset({"confirm", "dashboard"})  # a shopper's browser, and whoever sits at the provider's own pages


def error(status: int, code: str, message: str) -> Response:
    """Return an error in the sandbox's envelope."""
    return JSONResponse({"error": {"code": code, "message": message}}, status)


class ResetConnection(Response):
    """No answer: the connection is torn down."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        """Abort the connection, and wait until the server has seen that."""
        scope["sandbox.abort"]()
        while (await receive())["type"] != "http.disconnect":
            pass


def with_abort(app: ASGIApp) -> ASGIApp:
    """Let `app` tear down a connection: ASGI has no word for it, so uvicorn's transport is put into the scope."""

    async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            cycle: Any = getattr(send, "__self__", None)  # uvicorn gives its outermost app a bound method
            scope["sandbox.abort"] = cycle.transport.abort
        await app(scope, receive, send)

    return outermost


class Counter:
    """Serves one wish at a time per key, in the mood of the moment."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._in_flight: set[str] = set()
        self._spent: set[tuple[str, str]] = set()
        self._landing: set[asyncio.Task[None]] = set()

    async def serve(self, wish: Wish) -> Response:
        """Answer `wish`: the first answer of its key, or a new one in the mood that is drawn for it."""
        if (known := self._known(wish)) is not None:
            return known
        name = wish.key or wish.intent or ""
        mood = self._mood(wish, name)
        if mood in {"reset", "late_landing"}:
            return self._tear(wish, name, mood)
        if mood == "outage":
            return error(503, "unavailable", "Try again later.")
        if mood == "refuse":
            return error(401, "invalid_api_key", "The API key was refused.")
        reply = await self._carry_out(wish, mood)
        if mood == "apply_then_timeout":
            await asyncio.sleep(self.book.knobs.hang_seconds)
        return JSONResponse(reply.body, reply.status)

    def _known(self, wish: Wish) -> Response | None:
        if wish.key is None:
            return None
        if wish.key in self._in_flight:
            return error(409, "key_in_use", "A request with this key is still running.")
        stored = self.book.answers.get(wish.key)
        if stored is None:
            return None
        if stored.params != wish.params:
            return error(400, "key_reused", "This key was used with other parameters.")
        return JSONResponse(stored.body, stored.status, {REPLAYED: "true"})

    def _mood(self, wish: Wish, name: str) -> str:
        try:
            return pick(self.book.knobs, wish.call, name, self.book.behavior(wish))
        except UnknownMood:
            return CALM  # carry_out answers it with 400

    def _tear(self, wish: Wish, name: str, mood: str) -> Response:
        # Once per key: a client that repeats must get through in the end. A late request does not occupy its key
        # while it travels, and the sandbox has not heard of it: that is why "not found" proves nothing.
        if (wish.call, name) in self._spent:
            return JSONResponse(*_pair(self.book.carry_out(wish, CALM)))
        self._spent.add((wish.call, name))
        if mood == "late_landing":
            task = asyncio.create_task(self._land(wish))
            self._landing.add(task)
            task.add_done_callback(self._landing.discard)
        return ResetConnection()

    async def _land(self, wish: Wish) -> None:
        delay = random.uniform(0.25, 1)  # noqa: S311 - chance is the point, no secret
        await asyncio.sleep(delay * self.book.knobs.late_seconds)
        if self._known(wish) is None:
            self.book.carry_out(wish, CALM)

    async def _carry_out(self, wish: Wish, mood: str) -> Reply:
        if mood == "slow":
            self._in_flight.add(wish.key or "")
            try:
                await asyncio.sleep(self.book.knobs.slow_seconds)
            finally:
                self._in_flight.discard(wish.key or "")
        return self.book.decline(wish) if mood == "decline_raised" else self.book.carry_out(wish, mood)


def _pair(reply: Reply) -> tuple[dict[str, Any], int]:
    return reply.body, reply.status


async def _body(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.body() or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _change(call: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        key = request.headers.get("idempotency-key")
        if key is None and call not in WITHOUT_A_KEY:
            return error(400, "key_missing", "Send an Idempotency-Key.")
        wish = Wish(call=call, intent=request.path_params.get("id"), key=key, body=await _body(request))
        counter: Counter = request.app.state.counter
        return await counter.serve(wish)

    return serve


async def _list(request: Request) -> Response:
    book: Book = request.app.state.counter.book
    session = request.query_params.get("session_id", "")
    return JSONResponse({"intents": [intent.as_json() for intent in book.of_session(session)]})


async def _get(request: Request) -> Response:
    book: Book = request.app.state.counter.book
    intent = book.find(request.path_params["id"])
    return error(404, "not_found", "There is no such intent.") if intent is None else JSONResponse(intent.as_json())


async def _knobs(request: Request) -> Response:
    book: Book = request.app.state.counter.book
    if request.method == "POST":
        try:
            book.turn(Knobs(**await _body(request)))
        except (TypeError, UnknownMood) as problem:
            return error(400, "unknown_knob", str(problem))
    return JSONResponse(book.knobs.as_json())


async def _health(_: Request) -> Response:
    return Response("OK")


def build(log_file: Path) -> ASGIApp:
    """Return the sandbox as an ASGI app whose whole state is in `log_file`."""
    counter = Counter(Book(log_file))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        webhooks = Webhooks(counter.book)
        counter.book.on_commit = webhooks.send_new
        yield
        await webhooks.close()
        counter.book.close()

    paths = {call: f"/intents/{{id}}/{call}" for call in (*CALLS, "dashboard")} | {
        "create": "/intents",
        "update": "/intents/{id}",
    }
    app = Starlette(
        lifespan=lifespan,
        routes=[
            *(Route(path, _change(call), methods=["POST"]) for call, path in paths.items()),
            Route("/intents", _list, methods=["GET"]),
            Route("/intents/{id}", _get, methods=["GET"]),
            Route("/knobs", _knobs, methods=["GET", "POST"]),
            Route("/health", _health, methods=["GET"]),
            *tells.ROUTES,
        ],
    )
    app.state.counter = counter
    return with_abort(app)
