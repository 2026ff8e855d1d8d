"""The floor: the same begin, authorise and place_order with only the engine removed; and an empty workflow."""

from __future__ import annotations

from functools import partial
from types import TracebackType
from typing import Self
from uuid import uuid4

from temporalio.client import Client
from temporalio.worker import Worker

from bench.empty_workflow import EmptyWorkflow
from bench.meter import Usage, metered
from bench.phases import Measured, at_once
from bench.shops import Stage
from bench.visits import fill_cart
from commerce.checkout.outcome import Claim, OutcomeKind
from commerce.payment.port import PaymentProvider
from durable.client import connect
from durable.workers import sandbox
from kit.db import Database
from operations.begin_checkout import begin_checkout
from operations.load_session import load_session
from operations.place_order import place_order
from operations.record_payment import Paid
from providers.system.payment import SystemPayments

QUEUE = "bench"


class Bare:
    """Runs in this process, which the tables call `bare`: what it costs is what no engine could save."""

    def __init__(self, on: Stage, provider: PaymentProvider) -> None:
        self._on = on
        self._database = Database(on.shop.database_url, pool_size=16)
        self._provider = provider

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._provider.close()
        await self._database.close()


class Floor(Bare):
    """The floor of a checkout, paid by the system's provider."""

    def __init__(self, on: Stage) -> None:
        super().__init__(on, SystemPayments())

    async def checkouts(self, number: int, concurrency: int) -> Measured:
        """Complete carts by the plain operations; filling them is not measured."""
        carts = [await fill_cart(self._on.store, self._on.goods) for _ in range(number)]

        async def buy() -> None:
            await self._buy(carts.pop())

        async with metered(self._on.shop) as usage:
            await at_once(buy, number, concurrency)
        return Measured("floor", concurrency, number, bare(usage))

    async def empty_workflows(self, number: int, concurrency: int) -> Measured:
        """Start workflows that do nothing, and wait for each, on a worker of this process."""
        client = await connect(self._on.shop.temporal.address, "default")

        async def start() -> None:
            await _execute(client)

        async with Worker(client, task_queue=QUEUE, workflows=[EmptyWorkflow], workflow_runner=sandbox()):
            await start()  # the first one compiles
            async with metered(self._on.shop) as usage:
                await at_once(start, number, concurrency)
        return Measured("empty workflow", concurrency, number, bare(usage))

    async def _buy(self, cart_id: str) -> None:
        run_id = uuid4().hex
        begun = await self._database.transact(partial(begin_checkout, cart_id=cart_id, run_id=run_id))
        if begun.attempt_id is None or begun.session_id is None:
            raise RuntimeError(f"not begun: {begun.outcome}")
        async with self._database.reading() as connection:
            loaded = await load_session(connection, begun.session_id)
        assert loaded is not None
        answer = await self._provider.authorise(loaded.request)
        claim, word = Claim(cart_id, begun.attempt_id, run_id), Paid(answer.status, answer.held, answer.captured)
        outcome = await self._database.transact(partial(place_order, claim=claim, word=word))
        if outcome.kind is not OutcomeKind.ORDER:
            raise RuntimeError(f"no order: {outcome}")


async def _execute(client: Client) -> None:
    await client.execute_workflow(EmptyWorkflow.run, id=f"empty-workflow:{uuid4().hex}", task_queue=QUEUE)


def bare(usage: Usage) -> Usage:
    """Count this process among those that are paid for: here it is the shop."""
    cpu = dict(usage.cpu)
    cpu["bare"] = cpu.pop("client")
    return Usage(cpu, usage.seconds)
