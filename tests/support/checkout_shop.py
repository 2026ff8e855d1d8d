"""A shop whose checkout runs for real: its workflows and activities on a Temporal server, the relay, the sweeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from activities.outside import OutsideActivities
from activities.registry import all_activities
from commerce.payment.port import PaymentProvider
from durable.client import Durable, connect
from durable.queues import CHECKOUT, MONEY
from durable.relay import Relay
from durable.search_attributes import ensure_search_attributes
from durable.subscribers import Subscribers
from durable.workers import Crew, build_worker
from kit.db import Database
from operations import sweep_checkouts as sweeps
from operations.sweep_payments import cancel_pending, move_pending
from workflows.registry import WORKFLOWS


@dataclass
class Motor:
    """What drives the checkouts of one database."""

    database: Database
    durable: Durable
    prefix: str
    providers: Mapping[str, PaymentProvider]

    async def sweep(self, *, ask_after: float = 0, after: float = 0) -> None:
        """Sweep once, as if everything had rested long enough: what rested for `after` seconds."""
        browsers = [id_ for id_, provider in self.providers.items() if provider.confirmed_by_client]
        await self.database.transact(sweeps.hand_over_overdue)
        for each in (sweeps.adopt_orphans, sweeps.resolve_handed_over, sweeps.release_creating, sweeps.release_ended):
            await self.database.transact(partial(each, after=after))
        for every in (move_pending, cancel_pending):
            await self.database.transact(partial(every, after=after))
        await self.database.transact(partial(sweeps.ask_about_open, confirmed_by_client=browsers, after=ask_after))


@asynccontextmanager
async def motor(
    database: Database,
    temporal: str,
    providers: Mapping[str, PaymentProvider],
    *,
    deadline_seconds: float = 30,
    outside: OutsideActivities | None = None,
    queues: Sequence[str] = (CHECKOUT, MONEY),
) -> AsyncIterator[Motor]:
    """Run both workers of a checkout, or those of `queues`, and the relay."""
    prefix = f"{uuid4().hex}-"
    durable = Durable(temporal, queue_prefix=prefix)
    crew = Crew(WORKFLOWS, all_activities(database, Subscribers([]), providers, deadline_seconds, outside))
    async with AsyncExitStack() as stack:
        for queue in queues:
            client = await connect(temporal, "default")
            await ensure_search_attributes(client)
            await stack.enter_async_context(build_worker(client, queue, crew, prefix=prefix))
        relay = asyncio.create_task(Relay(database, durable, Subscribers([])).run(asyncio.Event()))
        try:
            yield Motor(database, durable, prefix, providers)
        finally:
            relay.cancel()  # rather than let it wait for its next look
            with suppress(asyncio.CancelledError):
                await relay
