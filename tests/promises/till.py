"""A till at which promises are tried: one small shop, its checkout's runs, and whatever providers a test chose."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from activities.payment_session import PaymentSessionActivities, open_payment_session
from commerce.checkout.outcome import Claim, Outcome
from kit.db import Database, one, run, value
from operations.begin_checkout import begin_checkout
from providers.sandbox.audit import audit as money_at_sandbox
from providers.sandbox.audit import unexplained
from providers.sandbox.log import Effect, read
from tests.support.checkout_audit import audit
from tests.support.checkout_world import World
from tests.support.fake_payments import FakePayments
from tests.support.small_shop import Shop, new_cart


@dataclass
class Till:
    """`log` is the sandbox's, None with providers in memory."""

    world: World
    shop: Shop
    log: Path | None = None

    @property
    def database(self) -> Database:
        return self.world.database

    async def cart(self, items: Mapping[str, int], provider: str | None, **data: object) -> str:
        """Make a cart, with an open session at `provider` unless that is None."""
        cart_id = await self.database.transact(lambda s: new_cart(s, self.shop, dict(items)))
        if provider is not None:
            await self.session(cart_id, provider, **data)
        return cart_id

    async def session(self, cart_id: str, provider: str, **data: object) -> str:
        """Open a session for the cart as the API does, and return its id."""
        collection = await self.value("SELECT id FROM payment_collection WHERE cart_id = $1", cart_id)
        steps = PaymentSessionActivities(self.database, self.world.providers)
        await open_payment_session(steps, collection, provider, data)
        id_: str = await self.value(
            "SELECT id FROM payment_session WHERE payment_collection_id = $1 AND fate = 'open'", collection
        )
        return id_

    async def begin(self, cart_id: str, run_id: str, *, seconds: float = 30.0) -> Claim:
        """Begin the cart's checkout for a run of the test's own."""
        begun = await self.database.transact(
            lambda s: begin_checkout(s, cart_id, run_id, deadline_seconds=seconds),
        )
        assert begun.attempt_id is not None, begun
        return Claim(cart_id, begun.attempt_id, run_id)

    async def press(self, cart_id: str) -> Outcome:
        """Complete the cart, attached to the run that is open for it."""
        return await asyncio.shield(self.world.start("complete-cart", cart_id).outcome)

    async def orders(self, cart_id: str) -> list[str]:
        return [row.id for row in await self.rows('SELECT id FROM "order" WHERE cart_id = $1', cart_id)]

    async def rest(self, *, within: float = 20.0) -> None:
        await self.world.settle(within)

    async def wrong(self) -> list[str]:
        """Return everything that is wrong, in the database and between it and the providers."""
        assert not self.world.failures, self.world.failures
        if self.log is None:
            return await audit(self.database, self.world.providers.values())
        rows = await self.rows("SELECT id, amount, order_id FROM payment_session")
        ours = {row.id for row in rows}
        told = unexplained(self.log, {row.id: row.amount for row in rows if row.order_id is not None})
        told = [sentence for sentence in told if sentence.split(":")[0] in ours]
        twice = [id_ for id_, intents in money_at_sandbox(self.log).items() if id_ in ours and len(intents) > 1]
        return await audit(self.database, ()) + told + [f"{id_}: two intents for one session" for id_ in twice]

    def effects(self, *session_ids: str) -> list[Effect]:
        """Return what the sandbox did for these sessions."""
        assert self.log is not None
        return [effect for entry in read(self.log) for effect in entry.effects if effect.session in session_ids]

    async def rows(self, sql: str, *params: object) -> Any:  # noqa: ANN401 - rows of any shape
        async with self.database.reading() as connection:
            return await run(connection, sql, *params)

    async def row(self, sql: str, *params: object) -> Any:  # noqa: ANN401 - as above
        async with self.database.reading() as connection:
            return await one(connection, sql, *params)

    async def value(self, sql: str, *params: object) -> Any:  # noqa: ANN401 - as above
        async with self.database.reading() as connection:
            return await value(connection, sql, *params)

    async def change(self, *statements: str) -> None:
        """Change the database behind everybody's back: a constraint is dropped, a row is edited."""
        for sql in statements:
            await self.database.transact(partial(run, sql=sql))

    async def close(self) -> None:
        """End whatever a mutation left running."""
        tasks = [*self.world.lose_the_store(), *self.world.zombies]
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.gather(*tasks, return_exceptions=True)
        for provider in self.world.providers.values():
            await provider.close()


def fake(till: Till, provider: str) -> FakePayments:
    """Return a provider in memory."""
    found = till.world.providers[provider]
    assert isinstance(found, FakePayments)
    return found


def without(monkeypatch: pytest.MonkeyPatch, name: str, guard: str, instead: str = "") -> None:
    """Take a guard out of a statement, as a careless change would; `name` is module.CONSTANT."""
    module, constant = name.rsplit(".", 1)
    sql: str = getattr(import_module(module), constant)
    assert guard in sql, f"{name} has another guard than this mutation takes out"
    monkeypatch.setattr(name, sql.replace(guard, instead))
