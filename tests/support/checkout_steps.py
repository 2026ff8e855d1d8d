"""One checkout step by step, without runs: what a test of a single arrow needs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from commerce.checkout.outcome import Begun, Claim, Outcome, OutcomeKind
from commerce.payment.models import SessionStatus
from commerce.payment.port import Holding, SessionResult
from kit.db import Database, one, run, value
from operations.begin_checkout import begin_checkout
from operations.hand_over_checkout import hand_over_checkout
from operations.open_payment_session import record_session_intent, settle_session
from operations.place_order import place_order
from operations.record_payment import Paid
from operations.refuse_checkout import refuse_checkout
from operations.resolve_session import Answer, Resolved, resolve_session
from tests.support.small_shop import Shop, new_cart

PROVIDER = "pp_system_default"
DECLINED = Outcome(OutcomeKind.DECLINED, message="declined")
RAISED = Outcome(OutcomeKind.RAISED, message="raised")


@dataclass
class Steps:
    """The operations of the protocol over one shop, each in a transaction of its own."""

    database: Database
    shop: Shop

    async def cart(self, rounding: str = "currency", **items: int) -> str:
        return await self.database.transact(lambda s: new_cart(s, self.shop, items, rounding=rounding))

    async def session(self, cart_id: str) -> str:
        collection = await self.value("SELECT id FROM payment_collection WHERE cart_id = $1", cart_id)
        intent = await self.database.transact(lambda s: record_session_intent(s, collection, PROVIDER, {}))
        session_id = intent.request.session_id
        result = SessionResult(status=SessionStatus.PENDING, data={"of": "provider"}, reference=f"ref_{session_id}")
        assert await self.database.transact(lambda s: settle_session(s, intent, result))
        return session_id

    async def payable(self, **items: int) -> tuple[str, str]:
        cart_id = await self.cart(**items)
        return cart_id, await self.session(cart_id)

    async def begin(self, cart_id: str, run_id: str = "run_1", deadline: float = 30) -> Begun:
        return await self.database.transact(lambda s: begin_checkout(s, cart_id, run_id, deadline_seconds=deadline))

    async def claim(self, cart_id: str, run_id: str = "run_1", deadline: float = 30) -> Claim:
        begun = await self.begin(cart_id, run_id, deadline)
        assert begun.attempt_id is not None, begun
        return Claim(cart_id, begun.attempt_id, run_id)

    async def place(
        self, claim: Claim, status: str = "authorized", held: object = None, captured: object = 0
    ) -> Outcome:
        amount = await self.value("SELECT amount FROM checkout_attempt WHERE id = $1", claim.attempt_id)
        word = Paid(status, amount if held is None else Decimal(str(held)), Decimal(str(captured)))
        return await self.database.transact(lambda s: place_order(s, claim, word))

    async def refuse(self, claim: Claim, outcome: Outcome, status: str | None) -> Outcome:
        return await self.database.transact(lambda s: refuse_checkout(s, claim, outcome, status))

    async def hand_over(self, claim: Claim) -> Outcome:
        return await self.database.transact(lambda s: hand_over_checkout(s, claim))

    async def resolve(self, session_id: str, holding: Holding, amount: object = 0) -> Resolved:
        status = "authorized" if holding is Holding.HELD else "pending"
        answer = Answer(holding, Paid(status, Decimal(str(amount))))
        return await self.database.transact(lambda s: resolve_session(s, session_id, answer))

    async def value(self, sql: str, *params: object) -> Any:  # noqa: ANN401 - a column of any type
        async with self.database.reading() as connection:
            return await value(connection, sql, *params)

    async def row(self, sql: str, *params: object) -> Row[Any]:
        async with self.database.reading() as connection:
            found = await one(connection, sql, *params)
        assert found is not None
        return found

    async def rows(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        async with self.database.reading() as connection:
            return [tuple(row) for row in await run(connection, sql, *params)]

    async def fate(self, session_id: str) -> str:
        return str(await self.value("SELECT fate FROM payment_session WHERE id = $1", session_id))

    async def attempts(self, cart_id: str) -> list[str]:
        sql = "SELECT state FROM checkout_attempt WHERE cart_id = $1 ORDER BY created_at, id"
        return [state for (state,) in await self.rows(sql, cart_id)]

    async def stock(self, item: str) -> list[tuple[int, int]]:
        """Reserved and backordered by location, in the order in which locations are tried."""
        found = await self.rows(
            "SELECT reserved_quantity, backordered_quantity FROM inventory_level WHERE inventory_item_id = $1 "
            "ORDER BY location_id",
            self.shop.items[item],
        )
        return [(int(reserved), int(backordered)) for reserved, backordered in found]

    async def asked(self, workflow: str) -> list[str]:
        sql = "SELECT data FROM outbox_event WHERE name = $1 ORDER BY created_at, id"
        return [next(iter(data.values())) for (data,) in await self.rows(sql, f"start.{workflow}")]
