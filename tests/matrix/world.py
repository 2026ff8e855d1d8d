"""The shop of the matrix: the real API in this process, the real workflows on a real Temporal, real rows, many cells.

What is simulated is said where it is: who dies and how (kills.py), what goes wrong on the wire (faults.py). The sweeps
run with the times of this world instead of the worker's, and the person who answers Attention answers `retry`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient

from api.app import create_app
from api.state import State
from commerce.api_key.service import create_publishable_key, create_secret_key
from commerce.payment.port import PaymentProvider
from durable import ids
from durable.attention import MEMO, Answer
from durable.keep import asleep
from durable.queues import BACKGROUND, CHECKOUT, MONEY
from kit.db import Database, one, run, value
from kit.settings import Settings
from operations.receive_event import ask_about_events
from tests.matrix import kills
from tests.matrix.counters import Servers, Vendor
from tests.matrix.faults import LIFE, RUN, Life, Run
from tests.support.checkout_shop import Motor, motor
from tests.support.paypal import CLIENT_ID, SECRET, WEBHOOK
from tests.support.small_shop import Shop, make_shop
from tests.support.stripe import SECRETS

DEADLINE: Final = 20.0  # seconds of an attempt: what ends one here is a run or a sweep, seldom the time
SWEEP: Final = 0.7
NO_ANSWER: Final = 0


@dataclass(frozen=True)
class Heard:
    """An answer of the API; status 0: there was none."""

    status: int
    body: Any = None

    @property
    def message(self) -> str:
        return str(self.body.get("message", "")) if isinstance(self.body, dict) else ""


@dataclass
class World:
    """The shop, its vendors and the cells under way."""

    database: Database
    motor: Motor
    client: AsyncClient
    shop: Shop
    vendors: Mapping[str, Vendor]
    providers: Mapping[str, PaymentProvider]
    store: Mapping[str, str]
    admin: Mapping[str, str]
    owners: dict[str, Run] = field(default_factory=dict)

    def vendor(self, run_: Run) -> Vendor:
        return self.vendors[run_.cell.vendor]

    def provider(self, run_: Run) -> PaymentProvider:
        return self.providers[self.vendor(run_).provider_id]

    def own(self, run_: Run, **known: str) -> None:
        """Remember which cell these ids belong to."""
        run_.ids |= known
        self.owners |= dict.fromkeys(known.values(), run_)

    async def ask(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Heard:
        """Post to the API as a caller who hears nothing when the process that serves it dies."""
        headers = {**(self.store if path.startswith("/store") else self.admin)}
        return await self.post(path, json.dumps(body).encode(), headers | ({"idempotency-key": key} if key else {}))

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Heard:
        async def served(life: Life) -> Heard:
            LIFE.set(life)
            answer = await self.client.post(path, content=body, headers={"content-type": "application/json", **headers})
            if life.is_over:
                return Heard(NO_ANSWER)
            is_json = answer.headers.get("content-type", "").startswith("application/json")
            return Heard(answer.status_code, answer.json() if is_json else answer.text)

        return await asyncio.create_task(served(Life()))

    async def find(self, workflow_id: str) -> Run | None:
        """Return the cell whose workflow this is."""
        _, id_ = ids.split(workflow_id)
        found = await self.owner(id_)
        return found if found is not None and found.has_begun else None

    async def owner(self, id_: str) -> Run | None:
        """Return the cell that a row belongs to."""
        if id_ not in self.owners:
            above = await self.value(_OWNER, id_)
            found = None if above is None else await self.owner(above)
            if found is None:
                return None
            self.owners[id_] = found
        return self.owners[id_]

    async def sweep(self, *, after: float, ask: float) -> None:
        """Sweep once."""
        await self.motor.sweep(after=after, ask_after=ask)
        await self.database.transact(partial(ask_about_events, after=after), "payment.sweep")

    async def keep_sweeping(self, stop: asyncio.Event) -> None:
        """Sweep, and answer whoever waits for a person, until told to stop."""
        while not stop.is_set():
            await self.sweep(after=1.5, ask=5.0)
            await self.answer_all()
            await asleep(SWEEP, stop)

    async def answer_all(self) -> None:
        """Be the person who is asked, and say `retry`."""
        for row in await self.rows(_ASKING):
            await asyncio.gather(*[self._retry(ids.workflow_id(name, row.id)) for name in _ASKS[row.kind]])

    async def _retry(self, workflow_id: str) -> None:
        handle = (await self.motor.durable.client()).get_workflow_handle(workflow_id)
        try:
            if (await (await handle.describe()).memo()).get(MEMO) is not None:
                await asyncio.wait_for(handle.execute_update("resolve", Answer("retry")), 5)
        except Exception:  # noqa: BLE001, S110 - nothing runs, or nothing waits any more: the next look will tell
            pass

    async def unfinished(self) -> list[str]:
        """Return what is not at rest, in words that begin with its id."""
        found: list[str] = []
        for what, sql in UNFINISHED.items():
            found += [f"{row[0]} {what}: {tuple(row)[1:]}" for row in await self.rows(sql)]
        return found

    async def value(self, sql: str, *params: object) -> Any:  # noqa: ANN401 - a column of any type
        async with self.database.reading() as connection:
            return await value(connection, sql, *params)

    async def row(self, sql: str, *params: object) -> Any:  # noqa: ANN401 - a row of any shape
        async with self.database.reading() as connection:
            return await one(connection, sql, *params)

    async def rows(self, sql: str, *params: object) -> list[Any]:
        async with self.database.reading() as connection:
            return list(await run(connection, sql, *params))


def settings_of(database_url: str, temporal: str, servers: Servers) -> Settings:
    """Return the settings of a shop with every vendor that runs, its patience short."""
    wanted: dict[str, Any] = {
        "database_url": database_url,
        "temporal_address": temporal,
        "jwt_secret": "a secret of 32 bytes, and a few more",
        "sandbox_url": servers.sandbox.url,
        "throttle": False,
        "db_pool_size": 20,
        "log_level": "CRITICAL",
        "complete_wait_seconds": 30,
        "money_wait_seconds": 20,
        "provider_session_seconds": 10,
        "provider_money_seconds": 10,
    }
    if servers.stripe is not None:
        wanted |= {"stripe_api_key": "sk_test_shop", "stripe_base_url": servers.stripe.url}
        wanted |= {"stripe_webhook_secrets": ",".join(SECRETS)}
    if servers.paypal is not None:
        wanted |= {"paypal_client_id": CLIENT_ID, "paypal_secret": SECRET, "paypal_base_url": servers.paypal.url}
        wanted |= {"paypal_webhook_id": WEBHOOK}
    return Settings(**wanted)


@asynccontextmanager
async def world_of(settings: Settings, servers: Servers, patch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Open the shop; nobody is served any more when the block ends."""
    patch.setattr("activities.payment_session.DEADLINE", 30.0)
    database, vendors = Database(settings.database_url, pool_size=30), servers.vendors()
    ours = tuple(vendor.provider_id for vendor in vendors.values())
    shop = await database.transact(lambda s: make_shop(s, providers=ours, plenty=1_000_000))
    key = await database.transact(lambda s: create_publishable_key(s, "Store", [shop.channel_id]))
    _, secret = await database.transact(lambda s: create_secret_key(s, "Treasurer"))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        app = create_app(settings)
        await stack.enter_async_context(app.router.lifespan_context(app))
        state: State = app.state.parts
        for name in ("sandbox", "stripe", "paypal"):
            if name in vendors:
                vendors[name].install(state.payment_providers[vendors[name].provider_id])
        vendors["browser"].install(state.payment_providers[vendors["browser"].provider_id])
        transport = ASGITransport(app=app, raise_app_exceptions=False)
        client = await stack.enter_async_context(AsyncClient(transport=transport, base_url="http://api", timeout=90))
        found: list[World] = []

        async def find(workflow_id: str) -> Run | None:
            return await found[0].find(workflow_id) if found else None

        kills.install(patch, find)
        running = motor(
            database,
            settings.temporal_address,
            state.payment_providers,
            deadline_seconds=DEADLINE,
            queues=(CHECKOUT, MONEY, BACKGROUND),
        )
        made = await stack.enter_async_context(running)
        state.durable = made.durable
        admin = {"authorization": f"Basic {secret}"}
        store = {"x-publishable-api-key": key.token}
        found.append(World(database, made, client, shop, vendors, state.payment_providers, store, admin))
        yield found[0]


def fresh() -> str:
    """Return an idempotency key."""
    return uuid4().hex


def enter(run_: Run) -> None:
    """Begin the cell: from here on things go wrong, in this task and in its workflows."""
    run_.has_begun = True
    RUN.set(run_)


_OWNER: Final = """
SELECT payment_id FROM capture WHERE id = $1 UNION ALL SELECT payment_id FROM refund WHERE id = $1
UNION ALL SELECT cart_id FROM payment_session s JOIN payment_collection c ON c.id = s.payment_collection_id
  WHERE s.id = $1 AND c.cart_id IS NOT NULL
UNION ALL SELECT payment_session_id FROM payment WHERE id = $1 UNION ALL SELECT cart_id FROM "order" WHERE id = $1
UNION ALL SELECT cart_id FROM payment_collection WHERE id = $1 AND cart_id IS NOT NULL
"""
_ASKING: Final = """
SELECT 'capture' AS kind, id FROM capture WHERE state = 'pending' AND attention IS NOT NULL
UNION ALL SELECT 'refund', id FROM refund WHERE state = 'pending' AND attention IS NOT NULL
UNION ALL SELECT 'payment', id FROM payment WHERE canceling_at IS NOT NULL AND attention IS NOT NULL
UNION ALL SELECT 'session', id FROM payment_session WHERE attention IS NOT NULL
"""
_ASKS: Final = {
    "capture": ("capture-payment-workflow",),
    "refund": ("refund-payment-workflow",),
    "payment": ("cancel-payment",),
    "session": ("release-session", "resolve-session", "process-payment-workflow"),
}
UNFINISHED: Final = {
    "is an unfinished attempt": """SELECT cart_id, id, state FROM checkout_attempt
        WHERE state IN ('open', 'handed_over')""",
    "is an unfinished session": """SELECT id, fate, status, attention FROM payment_session
        WHERE fate IN ('creating', 'superseded', 'releasing')""",
    "is a pending capture": "SELECT id, key_number, attention FROM capture WHERE state = 'pending'",
    "is a pending refund": "SELECT id, key_number, attention FROM refund WHERE state = 'pending'",
    "is being canceled": """SELECT id, attention FROM payment
        WHERE canceling_at IS NOT NULL AND canceled_at IS NULL""",
    "has an event that nobody asked about": """SELECT session_id, event_id FROM provider_event
        WHERE state = 'stored'""",
    "is not relayed": "SELECT coalesce(data ->> 'session_id', id), name FROM outbox_event WHERE status = 'pending'",
}
