"""The sandbox's webhooks on their way: sent after the fact, sent again until they are taken, or as a mood has it."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Final

import httpx2

from providers.sandbox.book import Book
from providers.sandbox.happenings import Happening, delivery
from providers.sandbox.moods import CALM, WEBHOOK

TRIES: Final = 5
PAUSE: Final = 0.2  # seconds, times the number of the try


class Webhooks:
    """Sends what happens from now on; what was not sent before a restart is in the list of events."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._told = len(book.happenings)
        self._sending: set[asyncio.Task[None]] = set()
        self._http = httpx2.AsyncClient(timeout=10)

    async def close(self) -> None:
        """Stop sending."""
        for task in self._sending:
            task.cancel()
        await self._http.aclose()

    def send_new(self) -> None:
        """Send what happened since the last call, each on its own: they overtake each other."""
        new, self._told = self._book.happenings[self._told :], len(self._book.happenings)
        if self._book.knobs.webhook_url:
            for event in new:
                for delay in self._delays(event):
                    task = asyncio.create_task(self._send(event, delay))
                    self._sending.add(task)
                    task.add_done_callback(self._sending.discard)

    def _delays(self, event: Happening) -> list[float]:
        knobs = self._book.knobs
        weights = knobs.weights.get(WEBHOOK) or {CALM: 1.0}
        draw = random.Random(f"{knobs.seed}:{event.id}")  # noqa: S311 - a repeatable draw, no secret
        mood = draw.choices(list(weights), list(weights.values()))[0]
        return {"drop": [], "duplicate": [0.0, 0.05], "late": [knobs.late_seconds]}.get(mood, [0.0])

    async def _send(self, event: Happening, delay: float) -> None:
        await asyncio.sleep(delay)
        url = self._book.knobs.webhook_url.replace("{provider}", event.provider.removeprefix("pp_"))
        for number in range(1, TRIES + 1):
            body, headers = delivery(event, self._book.knobs.webhook_secret, int(time.time()))
            try:
                answer = await self._http.post(url, content=body, headers=headers)
                if answer.is_success:
                    return
            except httpx2.RequestError:
                pass  # the shop is away: sent again
            await asyncio.sleep(PAUSE * number)
