"""Webhooks: signed, sent to one address, repeated for a while, and as unreliable as the knobs want them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import httpx2

from providers.sandbox.stripe.problems import Json

PATIENCE: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between the tries of a delivery that was not answered with 2xx; Stripe's own go on for three days."""


@dataclass(slots=True)
class Manners:
    """Where webhooks go and how. `batch` > 1: so many are collected and then sent in another order."""

    url: str | None = None
    secrets: tuple[str, ...] = ()
    duplicates: int = 0
    lost: float = 0.0  # the part of them that is never sent
    batch: int = 1
    seed: int = 0
    is_held: bool = False  # none is sent until this is lifted


def signature(body: bytes, secrets: Sequence[str], moment: int) -> str:
    """Return the header's value; while a secret is being replaced Stripe signs with both."""
    signed = str(moment).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={moment}", *(f"v1={mark}" for mark in marks)])


class Postman:
    """Delivers events; what is not delivered when the process ends can still be listed."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.manners = Manners()
        self._now = now
        self._dice = random.Random(0)  # noqa: S311 - chance is the point, no secret
        self._waiting: list[Json] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._http = httpx2.AsyncClient(timeout=10)

    async def close(self) -> None:
        """Give up whatever is under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._http.aclose()

    def turn(self, wanted: Json) -> None:
        """Change some of the manners; TypeError for what is none of them."""
        self.manners = Manners(**asdict(self.manners) | wanted)
        self._dice = random.Random(self.manners.seed)  # noqa: S311 - as above
        self._send_what_waits()

    def post(self, events: Sequence[Json]) -> None:
        """Take events to be delivered, soon or later."""
        self._waiting += events
        self._send_what_waits()

    def send(self, event: Json) -> None:
        """Deliver one event now, whatever the manners."""
        task = asyncio.create_task(self._deliver(event))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _send_what_waits(self) -> None:
        manners = self.manners
        if manners.url is None:
            self._waiting.clear()
        if manners.is_held or len(self._waiting) < manners.batch:
            return
        ready, self._waiting = self._waiting, []
        if manners.batch > 1:
            self._dice.shuffle(ready)
        for event in ready:
            if self._dice.random() >= manners.lost:
                for _ in range(1 + manners.duplicates):
                    self.send(event)

    async def _deliver(self, event: Json) -> None:
        body = json.dumps(event, indent=2).encode()
        for pause in (*PATIENCE, 0.0):
            manners = self.manners
            if manners.url is None:
                return
            headers = {
                "content-type": "application/json; charset=utf-8",
                "stripe-signature": signature(body, manners.secrets, self._now()),
            }
            try:
                answer = await self._http.post(manners.url, content=body, headers=headers)
            except httpx2.RequestError:
                answer = None
            if answer is not None and answer.is_success:
                return
            await asyncio.sleep(pause)
