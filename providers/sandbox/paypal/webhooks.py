"""Deliveries: each event is sent as the knobs say, signed, and tried again while nobody takes it."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Sequence
from typing import Any, Final

import httpx2

from kit import clock
from providers.sandbox.paypal.book import Book
from providers.sandbox.paypal.certificate import Signer

CERTIFICATE: Final = "/v1/notifications/certs/CERT-360caa42-fca2a594-5edc0ebc"
TRIES: Final = 5
PAUSE: Final = 1.0  # seconds
SHUFFLE: Final = 0.3  # seconds in which deliveries gather, to be sent in any order


class Webhooks:
    """Sends events to whoever listens; `base_url` is where this stand-in can be reached."""

    def __init__(self, book: Book, signer: Signer) -> None:
        self.base_url = ""
        self._book = book
        self._signer = signer
        self._http = httpx2.AsyncClient(timeout=5)
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    def announce(self, events: Sequence[dict[str, Any]]) -> None:
        """Send events in the mood of the moment; `lost` and `held` ones are in the list of events alone."""
        knobs = self._book.knobs
        if not knobs.webhook_url or knobs.webhooks in {"lost", "held"}:
            return
        for event in events:
            for _ in range(2 if knobs.webhooks == "twice" else 1):
                pause = random.uniform(0, SHUFFLE) if knobs.webhooks == "shuffled" else 0  # noqa: S311 - no secret
                task = asyncio.create_task(self._keep_sending(event, pause))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def send(self, event: dict[str, Any]) -> int:
        """Send an event once and return the listener's status, 0 when it did not answer."""
        body = json.dumps(event).encode()
        try:
            answer = await self._http.post(self._book.knobs.webhook_url, content=body, headers=self.headers(body))
        except httpx2.RequestError:
            return 0
        return answer.status_code

    def headers(self, body: bytes) -> dict[str, str]:
        """Return the headers of a delivery."""
        moment = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        signature = ""
        while not signature[:1].isalnum():  # PayPal's description wants it to begin so
            transmission = str(uuid.uuid4())
            signature = self._signer.sign(transmission, moment, self._book.knobs.webhook_id, body)
        return {
            "content-type": "application/json",
            "paypal-transmission-id": transmission,
            "paypal-transmission-time": moment,
            "paypal-transmission-sig": signature,
            "paypal-cert-url": f"{self.base_url}{CERTIFICATE}",
            "paypal-auth-algo": "SHA256withRSA",
        }

    async def _keep_sending(self, event: dict[str, Any], pause: float) -> None:
        await asyncio.sleep(pause)
        for _ in range(TRIES):
            if httpx2.codes.is_success(await self.send(event)):
                return
            await asyncio.sleep(PAUSE)
