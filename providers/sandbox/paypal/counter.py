"""One wish at a time per key, in the mood of the moment; the first answer of a key is its answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from providers.sandbox.paypal import moods
from providers.sandbox.paypal.book import Book, Change
from providers.sandbox.paypal.problems import NotPossible, Reply, problem
from providers.sandbox.paypal.wishes import ORDERS, Wish, carry_out
from providers.sandbox.server import ResetConnection

NO_CONTENT: Final = 204
CREATED: Final = 201
Announce = Callable[[Sequence[dict[str, Any]]], None]


def as_response(reply: Reply, headers: dict[str, str] | None = None) -> Response:
    """Return an answer as HTTP has it."""
    if reply.status == NO_CONTENT:
        return Response(status_code=NO_CONTENT, headers=headers)
    return JSONResponse(reply.body, reply.status, headers)


class Counter:
    """Serves wishes and questions; `announce` gets the events of whatever was written."""

    def __init__(self, book: Book, announce: Announce) -> None:
        self.book = book
        self._announce = announce
        self._in_flight: set[str] = set()
        self._spent: set[tuple[str, str]] = set()
        self._landing: set[asyncio.Task[None]] = set()

    def mood(self, call: str, name: str) -> str:
        """Return the mood of one call, using up what `next` has for it."""
        knobs = self.book.knobs
        for place, (wanted, mood) in enumerate(knobs.next):
            if wanted == call:
                left = [*knobs.next[:place], *knobs.next[place + 1 :]]
                self.book.turn(moods.Knobs(**{**knobs.as_json(), "next": left}))
                return mood
        return moods.drawn(knobs, call, name)

    async def ask(self, call: str, answer: Callable[[Change], Reply]) -> Response:
        """Answer a question, which changes nothing."""
        mood = self.mood(call, call)
        fault = self._fault(mood)
        if fault is not None:
            return fault
        if mood.startswith("reset") or mood == "late_landing":
            return ResetConnection()
        if mood in {"slow", "apply_then_timeout"}:
            knobs = self.book.knobs
            await asyncio.sleep(knobs.slow_seconds if mood == "slow" else knobs.hang_seconds)
        if mood.startswith("error"):
            return as_response(problem(500))
        try:
            return as_response(answer(Change(self.book)))
        except NotPossible as refusal:
            return as_response(refusal.as_reply())

    async def serve(self, wish: Wish) -> Response:
        """Answer `wish`: the first answer of its key, or a new one in the mood that is drawn for it."""
        known = self._known(wish)
        if known is not None:
            return as_response(known)
        mood = self.mood(wish.call, wish.name)
        fault = self._fault(mood)
        if fault is not None:
            return fault
        if mood in {"reset_before", "late_landing"}:
            return self._tear(wish, mood)
        if mood == "slow":
            await self._dawdle(wish)
        reply = self.do(wish, mood)
        if mood == "reset_after":
            return ResetConnection()
        if mood == "apply_then_timeout":
            await asyncio.sleep(self.book.knobs.hang_seconds)
        return as_response(problem(500) if mood == "error_once" else reply)

    def do(self, wish: Wish, mood: str = moods.CALM) -> Reply:
        """Carry the wish out, write it with its answer, and tell of it."""
        change = Change(self.book, wish.key)
        try:
            reply = carry_out(change, wish, mood)
        except NotPossible as refusal:
            reply = refusal.as_reply()
        if mood == "error_after":
            reply = problem(500)
        change.write(wish.params, reply)
        self._announce(change.events)
        return reply

    def _fault(self, mood: str) -> Response | None:
        match mood:
            case "outage":
                return as_response(problem(503))
            case "too_many":
                return as_response(problem(429), {"retry-after": "1"})
            case "refuse":
                return as_response(NotPossible("PERMISSION_DENIED").as_reply())
        return None

    def _known(self, wish: Wish) -> Reply | None:
        if wish.key is None:
            return None
        if wish.key in self._in_flight:
            return NotPossible("PREVIOUS_REQUEST_IN_PROGRESS").as_reply()
        kept = self.book.kept.get(wish.key)
        if kept is None or self.book.now() - datetime.fromisoformat(kept.at) > wish.lifetime:
            return None
        if kept.params != wish.params:
            return NotPossible("DUPLICATE_REQUEST_ID").as_reply()
        is_repeated = kept.status == CREATED and wish.call in ORDERS  # "if a duplicate response is retried: 200"
        return Reply(status=200 if is_repeated else kept.status, body=kept.body)

    def _tear(self, wish: Wish, mood: str) -> Response:
        # Once per key: a client that repeats must get through in the end. A late request does not occupy its key
        # while it travels, and the stand-in has not heard of it: that is why "not found" proves nothing.
        if (wish.call, wish.name) in self._spent:
            return as_response(self.do(wish))
        self._spent.add((wish.call, wish.name))
        if mood == "late_landing":
            task = asyncio.create_task(self._land(wish))
            self._landing.add(task)
            task.add_done_callback(self._landing.discard)
        return ResetConnection()

    async def _land(self, wish: Wish) -> None:
        delay = random.uniform(0.25, 1)  # noqa: S311 - chance is the point, no secret
        await asyncio.sleep(delay * self.book.knobs.late_seconds)
        if self._known(wish) is None:
            self.do(wish)

    async def _dawdle(self, wish: Wish) -> None:
        self._in_flight.add(wish.name)
        try:
            await asyncio.sleep(self.book.knobs.slow_seconds)
        finally:
            self._in_flight.discard(wish.name)
