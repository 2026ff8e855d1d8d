"""A paid order at the sandbox, what somebody does there, and how our shop hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import httpx2

from activities.follow import FollowActivities, Heard
from activities.payment import AskAboutSession
from commerce.ledger.rules import TERMS, total
from commerce.payment.events import Delivery, ProviderEvent
from kit import clock
from operations.lock_payment import flows_of_order
from operations.receive_event import receive_event
from tests.promises.till import Till
from tests.support.sandbox import Sandbox

CARD = "pp_sandbox_sandbox"


@dataclass
class Counter:
    """One order and its money."""

    till: Till
    sandbox: Sandbox
    session_id: str
    order_id: str

    @property
    def steps(self) -> FollowActivities:
        return FollowActivities(self.till.database, self.till.world.providers)

    async def follow(self) -> Heard:
        """Do what `process-payment-workflow` does."""
        return await self.steps.follow(AskAboutSession(self.session_id))

    async def at_provider(self, action: str, **more: str) -> dict[str, Any]:
        """Do something in the provider's dashboard, and return the intent after it."""
        reference = await self.till.value(
            "SELECT provider_reference FROM payment_session WHERE id = $1", self.session_id
        )
        answer = httpx2.post(f"{self.sandbox.url}/intents/{reference}/dashboard", json={"action": action, **more})
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def look(self) -> dict[str, Any]:
        """Return the intent as the provider has it."""
        reference = await self.till.value(
            "SELECT provider_reference FROM payment_session WHERE id = $1", self.session_id
        )
        found: dict[str, Any] = httpx2.get(f"{self.sandbox.url}/intents/{reference}").json()
        return found

    async def told(self) -> list[ProviderEvent]:
        """Return what the provider tells of the order's money, the oldest first."""
        events = self.till.world.providers[CARD].events
        assert events is not None
        every = [event async for event in events.since(clock.now() - timedelta(minutes=5))]
        return [event for event in every if event.session_id == self.session_id]

    async def hear(self, event: ProviderEvent) -> bool:
        """Take one webhook as the route does, and work it off."""
        found = httpx2.get(f"{self.sandbox.url}/events/{event.id}/delivery").json()
        events = self.till.world.providers[CARD].events
        assert events is not None
        body = found["body"].encode()
        verified = await events.verify(Delivery(body=body, headers=found["headers"]))
        work = partial(receive_event, provider_id=CARD, event=verified, body=body)
        is_new = await self.till.database.transact(work)
        await self.follow()
        return is_new

    async def books(self) -> dict[str, Decimal]:
        """Return what the ledger says of the order, without what is nothing."""
        async with self.till.database.reading() as connection:
            flows = await flows_of_order(connection, self.order_id)
        return {name: amount for name in TERMS if (amount := total(name, flows))}

    async def state(self) -> dict[str, Any]:
        """Return everything that the shop shows of the order's money, but for ids and moments."""
        sql = """SELECT c.status, c.authorized_amount, c.captured_amount, c.refunded_amount, s.summary::text
          FROM payment_collection c JOIN "order" o ON o.id = c.order_id
          JOIN order_summary s ON s.order_id = o.id AND s.version = o.version WHERE o.id = $1"""
        moved = """SELECT m.kind, m.amount, m.state FROM (
            SELECT 'capture' AS kind, amount, state, payment_id FROM capture
            UNION ALL SELECT 'refund', amount, state, payment_id FROM refund
            UNION ALL SELECT 'dispute', amount, status, payment_id FROM payment_dispute) m
          JOIN payment p ON p.id = m.payment_id WHERE p.payment_session_id = $1 ORDER BY 1, 2, 3"""
        return {
            "books": await self.books(),
            "order": tuple(await self.till.row(sql, self.order_id)),
            "moved": [tuple(row) for row in await self.till.rows(moved, self.session_id)],
        }

    async def events(self) -> list[str]:
        """Return what was told of the payment, but for the webhooks themselves."""
        sql = """SELECT name FROM outbox_event WHERE name LIKE 'payment.%' AND name <> 'payment.webhook_received'
          AND data ->> 'id' = (SELECT id FROM payment WHERE payment_session_id = $1) ORDER BY created_at, id"""
        return [row.name for row in await self.till.rows(sql, self.session_id)]


async def sold(till: Till, sandbox: Sandbox, pens: int = 10) -> Counter:
    """Sell some pens: their money is held."""
    cart_id = await till.cart({"pen": pens}, CARD)
    session_id = await till.value(
        "SELECT s.id FROM payment_session s JOIN payment_collection c ON c.id = s.payment_collection_id"
        " WHERE c.cart_id = $1",
        cart_id,
    )
    order_id = (await till.press(cart_id)).order_id
    assert order_id is not None
    return Counter(till, sandbox, session_id, order_id)
