"""An admin who takes and gives back money while shoppers buy, and asks again whenever an answer is not one."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2

from tests.faults.shop import Shop

PAUSE = 0.05  # seconds between two looks at the shop's payments
TRIES = 40
DESKS = 5

# What no route does yet: an order's cancel. And what takes a day: a key that nobody repeated.
CANCEL = """
UPDATE payment SET canceling_at = now() WHERE id = $1 AND canceled_at IS NULL AND captured_at IS NULL
  AND NOT EXISTS (SELECT FROM capture WHERE payment_id = $1 AND state = 'pending')
"""
AGED = """
INSERT INTO capture (id, amount, payment_id, state, key_number, keyed_at, updated_at)
SELECT $2, 0.01, $1, 'pending', 1, now() - interval '22 hours', now() - interval '1 day'
FROM payment WHERE id = $1 AND captured_at IS NULL AND canceling_at IS NULL
  AND NOT EXISTS (SELECT FROM capture WHERE payment_id = $1)
"""
PROMISED = """
SELECT provider_reference FROM payment_session
WHERE fate = 'consumed' AND status = 'pending_authorization' ORDER BY id DESC LIMIT 20
"""
PAYMENTS = "SELECT id, amount FROM payment WHERE provider_id LIKE 'pp_sandbox%' ORDER BY id DESC LIMIT 40"


class Treasurer:
    """Works until told to stop; `done` are the answers of 200 by what was asked for."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._dice = random.Random(7)
        self.done: list[str] = []

    async def work(self, closing: asyncio.Event) -> None:
        """Work at several desks at once: whoever waits for an answer must not keep the others."""
        await asyncio.gather(*[self._sit(closing) for _ in range(DESKS)])

    async def _sit(self, closing: asyncio.Event) -> None:
        """Choose a payment and do something about its money, again and again."""
        headers = {"authorization": f"Basic {self._shop.secret_key}"}
        async with httpx2.AsyncClient(base_url=self._shop.api_url, headers=headers, trust_env=False) as client:
            while not closing.is_set():
                try:
                    await self._once(client)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(1)  # PostgreSQL is away
                await asyncio.sleep(PAUSE)

    async def _once(self, client: httpx2.AsyncClient) -> None:
        connection = await self._shop.connect()
        try:
            payments = await connection.fetch(PAYMENTS)
            if not payments:
                return
            payment = self._dice.choice(payments)
            what = self._dice.choice(("capture", "capture", "refund", "refund", "cancel", "aged", "arrive"))
            if what == "cancel":
                await connection.execute(CANCEL, payment["id"])
            elif what == "aged":
                await connection.execute(AGED, payment["id"], f"capt_{uuid4().hex}")
            elif what == "arrive":
                promised = await connection.fetch(PROMISED)
                await self._arrive(client, [row["provider_reference"] for row in promised])
            else:
                amount = str(payment["amount"]) if self._dice.random() < 0.5 else "1.5"
                await self._move(client, payment["id"], what, amount)
        finally:
            await connection.close()

    async def _move(self, client: httpx2.AsyncClient, id_: str, what: str, amount: str) -> None:
        """Ask with one key until there is an answer that is final."""
        headers = {"idempotency-key": uuid4().hex, "content-type": "application/json"}
        path, body = f"/admin/payments/{id_}/{what}", f'{{"amount":{amount}}}'
        for _ in range(TRIES):
            status = await self._ask(client, path, headers, body)
            if status in {200, 400, 500}:
                self.done += [what] if status == 200 else []
                return
            await asyncio.sleep(0.3)

    async def _arrive(self, client: httpx2.AsyncClient, references: list[str]) -> None:
        """Let money come that was promised when its order was placed."""
        for reference in self._dice.sample(references, min(1, len(references))):
            await self._ask(client, f"{self._shop.sandbox_url}/intents/{reference}/confirm", {}, "")

    async def _ask(self, client: httpx2.AsyncClient, path: str, headers: dict[str, Any], body: str) -> int:
        try:
            return (await client.post(path, headers=headers, content=body, timeout=20)).status_code
        except httpx2.TransportError:
            return 0
