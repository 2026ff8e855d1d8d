"""A counter at which money of orders is taken and given back: real commits, real workflows, any provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Row

from commerce.checkout.outcome import Claim
from commerce.ledger.rules import TERMS, balances, refundable, total
from commerce.payment.models import MoneyState
from commerce.payment.port import PaymentProvider
from commerce.totals.summary import summarise
from durable import ids
from durable.attention import MEMO, Answer
from durable.client import Question
from durable.types import CapturePaymentInput, MoneyOutcome, RefundPaymentInput
from kit.db import Database, one, run, value
from kit.decimals import ZERO
from kit.errors import CommerceError
from kit.ids import new_id
from kit.money import Currency
from operations.begin_checkout import begin_checkout
from operations.begin_movement import Wish, begin_capture, begin_refund
from operations.lock_payment import flows_of_order
from operations.open_payment_session import record_session_intent, settle_session
from operations.place_order import place_order
from operations.record_payment import Paid
from operations.settle_movement import Kind
from tests.support.checkout_shop import Motor, motor
from tests.support.durable import until
from tests.support.small_shop import Shop, make_shop, new_cart

NAMES: dict[Kind, str] = {"capture": "capture-payment-workflow", "refund": "refund-payment-workflow"}


@dataclass
class Counter:
    """One shop with one provider, whose orders are paid by it."""

    motor: Motor
    shop: Shop
    provider: PaymentProvider

    @property
    def database(self) -> Database:
        return self.motor.database

    async def payment(self, data: dict[str, Any] | None = None, **items: int) -> str:
        """Place an order that the provider holds the money of, and return its payment's id."""
        cart_id = await self.database.transact(lambda s: new_cart(s, self.shop, items))
        collection = await self.value("SELECT id FROM payment_collection WHERE cart_id = $1", cart_id)
        intend = partial(record_session_intent, collection_id=collection, provider_id=self.provider.id, data=data or {})
        intent = await self.database.transact(intend)
        result = await self.provider.create_session(intent.request)
        assert await self.database.transact(lambda s: settle_session(s, intent, result))
        begun = await self.database.transact(
            lambda s: begin_checkout(s, cart_id, f"run_{cart_id}", deadline_seconds=30)
        )
        assert begun.attempt_id is not None, begun
        claim = Claim(cart_id, begun.attempt_id, f"run_{cart_id}")
        held = await self.provider.authorise(intent.request)
        word = Paid(held.status, held.held, held.captured)
        await self.database.transact(lambda s: place_order(s, claim, word))
        id_: str = await self.value("SELECT id FROM payment WHERE payment_session_id = $1", intent.request.session_id)
        return id_

    async def begin(self, kind: Kind, payment_id: str, amount: object = None, id_: str | None = None) -> str:
        """Commit the wish, as the API does; returns the capture's or refund's id."""
        id_ = id_ or new_id("capt" if kind == "capture" else "ref")
        wish = Wish(id=id_, payment_id=payment_id, amount=None if amount is None else Decimal(str(amount)))
        if kind == "capture":
            await self.database.transact(lambda s: begin_capture(s, wish), "payment.begin_capture")
        else:
            begin = partial(begin_refund, wish=wish, reason_id=None, note=None)
            await self.database.transact(begin, "payment.begin_refund")
        return id_

    async def ask(self, kind: Kind, id_: str, within: float = 20) -> MoneyOutcome:
        argument = CapturePaymentInput(id_) if kind == "capture" else RefundPaymentInput(id_)
        question = Question("outcome", within, MoneyOutcome, within + 5)
        return await self.motor.durable.ask(NAMES[kind], id_, argument, question)

    async def move(self, kind: Kind, payment_id: str, amount: object = None, within: float = 20) -> MoneyState | None:
        """Do what the route does; None while it goes on or when it was refused at once."""
        try:
            id_ = await self.begin(kind, payment_id, amount)
            return (await self.ask(kind, id_, within)).state
        except CommerceError:
            return None

    async def rests(self) -> None:
        """Sweep, and answer whatever waits for a person with `retry`, until nothing is pending."""

        async def is_at_rest() -> bool:
            await self.motor.sweep()
            moving = await self.moving()
            await asyncio.gather(*[self._retry(row.kind, row.id) for row in moving])
            outbox = await self.value("SELECT count(*) FROM outbox_event WHERE status = 'pending'")
            if moving or outbox:
                await asyncio.sleep(0.2)
            return not moving and not outbox

        await until(is_at_rest, "all money at rest")

    async def moving(self) -> list[Row[Any]]:
        return await self.rows(
            "SELECT 'capture' AS kind, id FROM capture WHERE state = 'pending' "
            "UNION ALL SELECT 'refund', id FROM refund WHERE state = 'pending'"
        )

    async def _retry(self, kind: Kind, id_: str) -> None:
        client = await self.motor.durable.client()
        handle = client.get_workflow_handle(ids.workflow_id(NAMES[kind], id_))
        try:
            if (await (await handle.describe()).memo()).get(MEMO) is not None:
                await handle.execute_update("resolve", Answer("retry"))
        except Exception:  # noqa: BLE001, S110 - nothing runs, or nothing waits any more: the next look will tell
            pass

    async def value(self, sql: str, *params: object) -> Any:  # noqa: ANN401 - a column of any type
        async with self.database.reading() as connection:
            return await value(connection, sql, *params)

    async def row(self, sql: str, *params: object) -> Row[Any]:
        async with self.database.reading() as connection:
            found = await one(connection, sql, *params)
        assert found is not None
        return found

    async def rows(self, sql: str, *params: object) -> list[Row[Any]]:
        async with self.database.reading() as connection:
            return list(await run(connection, sql, *params))


async def books_of(counter: Counter) -> list[str]:
    """Return everything that is wrong between the ledger and what is derived from it, in words."""
    wrong = [
        sentence for order in await counter.rows('SELECT id FROM "order"') for sentence in await _of(counter, order.id)
    ]
    for row in await counter.rows(_COLLECTIONS):
        flows = {(each.debit, each.credit): each.amount for each in await counter.rows(_OF_COLLECTION, row.id)}
        told = (row.authorized_amount, row.captured_amount, row.refunded_amount)
        meant = tuple(total(name, flows) for name in ("authorized", "captured", "refunded"))
        if told != meant:
            wrong.append(f"{row.id} shows {told}, the ledger {meant}")
        status = "completed" if meant[1] >= row.amount else "authorized" if meant[0] >= row.amount else "awaiting"
        if row.is_canceled and not meant[1]:
            status = "canceled"
        if row.status != status:
            wrong.append(f"{row.id} is {row.status}, by the ledger {status}")
    return wrong


async def _of(counter: Counter, order_id: str) -> list[str]:
    async with counter.database.reading() as connection:
        flows = await flows_of_order(connection, order_id)
    row = await counter.row(_SUMMARY, order_id)
    stored = {name: Decimal(str(amount)) for name, amount in row.summary.items()}
    meant = summarise(
        Currency("eur", 2),
        Decimal(str(row.totals["total"])),
        previous_total=stored["original_order_total"],
        paid_total=total("captured", flows),
        refunded_total=total("refunded", flows),
        credit_line_total=stored["credit_line_total"],
    )._asdict()
    wrong = [
        f"{order_id}: {name} is {stored[name]}, not {meant[name]}" for name in meant if stored[name] != meant[name]
    ]
    if sum(balances(flows).values(), ZERO) != ZERO:
        wrong.append(f"{order_id}: debits are not credits")
    if refundable(flows) < ZERO or min(total(name, flows) for name in TERMS) < ZERO:
        wrong.append(f"{order_id}: less than nothing: {dict(flows)}")
    if row.transactions != total("captured", flows) - total("refunded", flows):
        wrong.append(f"{order_id}: transactions of {row.transactions}")
    if row.credits != total("credited", flows):
        wrong.append(f"{order_id}: credit lines of {row.credits}")
    return wrong


_COLLECTIONS = """
SELECT *, (SELECT bool_and(canceled_at IS NOT NULL) FROM payment WHERE payment_collection_id = c.id) AS is_canceled
FROM payment_collection c WHERE order_id IS NOT NULL AND status <> 'not_paid'
"""
_OF_COLLECTION = """
SELECT debit, credit, sum(e.amount) AS amount FROM ledger_entry e JOIN payment_session s ON s.id = e.payment_session_id
WHERE s.payment_collection_id = $1 AND s.fate = 'consumed' GROUP BY 1, 2
"""
_SUMMARY = """
SELECT s.summary, s.totals,
  (SELECT coalesce(sum(amount), 0) FROM order_transaction WHERE order_id = o.id) AS transactions,
  (SELECT coalesce(sum(amount), 0) FROM order_credit_line WHERE order_id = o.id) AS credits
FROM "order" o JOIN order_summary s ON s.order_id = o.id AND s.version = o.version WHERE o.id = $1
"""


@asynccontextmanager
async def counter_of(database: Database, temporal: str, provider: PaymentProvider) -> AsyncIterator[Counter]:
    """Run the workflows of a shop whose orders are paid by one provider."""
    shop = await database.transact(lambda s: make_shop(s, providers=(provider.id,)))
    async with motor(database, temporal, {provider.id: provider}) as running:
        yield Counter(running, shop, provider)
