"""The checkout's protocol without Temporal: runs that die at every edge, zombie commits, a store that is lost.

A run is a coroutine that does what the workflow of the same name does; its steps are the real operations on a real
database. Death is drawn at each step: before the transaction, before its commit, after the commit and before anyone
heard, or so that the dead worker's transaction commits late, beside its successor's.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from activities.outside import OutsideActivities, until_told
from commerce.checkout.outcome import Begun, Claim, Outcome, OutcomeKind, refused
from commerce.checkout.rules import PLACING
from commerce.payment.port import AuthoriseResult, Declined, ProviderError, StatusResult, Unknown
from kit.db import Database
from kit.errors import CommerceError, not_allowed
from operations import begin_checkout as begin
from operations import sweep_checkouts as sweeps
from operations.confirm_cart import confirm_cart
from operations.hand_over_checkout import hand_over_checkout
from operations.load_session import LoadedSession, load_session
from operations.outbox import claim_pending, mark_sent
from operations.place_order import place_order
from operations.record_payment import Paid
from operations.refuse_checkout import refuse_checkout
from operations.release_session import begin_release, finish_release, let_go_of_refused
from operations.resolve_session import Answer, resolve_session
from tests.support.fake_payments import FakePayments, Moods

T = TypeVar("T")
Work = Callable[[AsyncSession], Awaitable[T]]


class LostError(Exception):
    """The run is no longer known to anybody."""


class KilledError(Exception):
    """The worker died before its commit."""


@dataclass
class Chances:
    """How likely each death is, per step."""

    before: float = 0.0
    before_commit: float = 0.0
    after_commit: float = 0.0
    zombie: float = 0.0


@dataclass
class Run:
    name: str
    business_id: str
    run_id: str = field(default_factory=lambda: str(uuid4()))
    is_lost: bool = False
    outcome: asyncio.Future[Outcome] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    task: asyncio.Task[None] | None = None


@dataclass
class World:
    """A shop's checkout with its workers, its workflow store and its providers."""

    database: Database
    providers: Mapping[str, Any]  # FakePayments, or any other provider where nothing is drawn from moods
    dice: random.Random
    deadline: float = 0.6
    chances: Chances = field(default_factory=Chances)
    runs: dict[tuple[str, str], Run] = field(default_factory=dict)
    zombies: set[asyncio.Task[None]] = field(default_factory=set)
    failures: list[BaseException] = field(default_factory=list)
    outside: OutsideActivities = field(default_factory=lambda: OutsideActivities({}, {}))

    def start(self, name: str, business_id: str) -> Run:
        """Start a workflow for one business fact, or attach to the run that is open for it."""
        key = (name, business_id)
        if key not in self.runs:
            self.runs[key] = self.start_beside(name, business_id)
        return self.runs[key]

    def start_beside(self, name: str, business_id: str) -> Run:
        """Start a run beside the open one, whose worker does not know that the store forgot it."""
        run = Run(name, business_id)
        run.task = asyncio.create_task(self._drive(run))
        return run

    def lose_the_store(self) -> list[asyncio.Task[None]]:
        """Forget every run and return what their workers were just doing, which still happens."""
        lost = list(self.runs.values())
        for run in lost:
            run.is_lost = True
        self.runs.clear()
        return [run.task for run in lost if run.task is not None]

    async def _drive(self, run: Run) -> None:
        flows: dict[str, Callable[[Run], Awaitable[None]]] = {
            "complete-cart": self._complete_cart,
            "resolve-session": self._resolve_session,
            "release-session": self._release_session,
        }
        try:
            await flows[run.name](run)
        except LostError:
            pass
        except Exception as error:  # noqa: BLE001 - the test fails with it
            self.failures.append(error)
        finally:
            if self.runs.get((run.name, run.business_id)) is run:
                del self.runs[run.name, run.business_id]
            if not run.outcome.done():
                run.outcome.cancel()

    # The workflows.

    async def _complete_cart(self, run: Run) -> None:
        cart_id = run.business_id
        begun = await self._begin(run)
        if begun.asks_outside:
            begun = await self._confirm(run, begun)
        if begun.outcome is not None:
            run.outcome.set_result(begun.outcome)
            if begun.may_hold_money and begun.session_id is not None:
                await self._let_go(run, begun.session_id)
            return
        assert begun.attempt_id is not None
        claim = Claim(cart_id, begun.attempt_id, run.run_id)
        run.outcome.set_result(await self._decide(run, claim, begun))

    async def _begin(self, run: Run) -> Begun:
        return await self.step(
            run, lambda s: begin.begin_checkout(s, run.business_id, run.run_id, deadline_seconds=self.deadline)
        )

    async def _confirm(self, run: Run, begun: Begun) -> Begun:
        is_same = await until_told(
            self.outside, lambda told: self.step(run, lambda s: confirm_cart(s, run.business_id, told))
        )
        if not is_same:
            return Begun(begun.session_id, refused(begun.session_id, not_allowed(begin.CHANGED)))
        return await self._begin(run)

    async def _decide(self, run: Run, claim: Claim, begun: Begun) -> Outcome:
        session_id = begun.session_id
        if session_id is None:
            return await self.step(run, lambda s: place_order(s, claim, Paid("free")))
        try:
            word = await self._ask(run, session_id, "authorise", begun.seconds_left)
        except Declined as error:
            outcome = Outcome(OutcomeKind.RAISED, session_id, type="payment_authorization_error", message=error.message)
            return await self._refuse(run, claim, outcome, None)
        except ProviderError:
            return await self.step(run, lambda s: hand_over_checkout(s, claim))
        if word.status in PLACING:
            return await self.step(run, lambda s: place_order(s, claim, _paid(word)))
        return await self._refuse(run, claim, Outcome(OutcomeKind.DECLINED, session_id), word.status)

    async def _refuse(self, run: Run, claim: Claim, outcome: Outcome, status: str | None) -> Outcome:
        return await self.step(run, lambda s: refuse_checkout(s, claim, outcome, status))

    async def _let_go(self, run: Run, session_id: str) -> None:
        with suppress(ProviderError):
            answer = _answer(await self._ask(run, session_id, "status", 0.1))
            if answer.is_money_there:
                await self.step(run, lambda s: let_go_of_refused(s, session_id))

    async def _resolve_session(self, run: Run) -> None:
        session_id = run.business_id
        answer = _answer(await self._ask(run, session_id, "status", None))
        await self.step(run, lambda s: resolve_session(s, session_id, answer))

    async def _release_session(self, run: Run) -> None:
        session_id = run.business_id
        if not await self.step(run, lambda s: begin_release(s, session_id)):
            return
        done = await self._ask(run, session_id, "release", None)
        await self.step(
            run,
            lambda s: finish_release(
                s, session_id, reference=done.reference, voided=done.voided, refunded=done.refunded
            ),
        )

    # What a worker does for them.

    async def step(self, run: Run, work: Work[T]) -> T:
        """Run one transaction until somebody heard of its commit."""
        while True:
            if run.is_lost:
                raise LostError
            try:
                return await self._attempt(run, work)
            except KilledError:
                await asyncio.sleep(0.005)
            except CommerceError as error:
                if error.type not in ("conflict", "unavailable"):
                    raise
                await asyncio.sleep(0.02)

    async def _attempt(self, run: Run, work: Work[T]) -> T:
        roll, chances = self.dice.random(), self.chances
        if (roll := roll - chances.before) < 0:
            raise KilledError
        if (roll := roll - chances.before_commit) < 0:
            await self.database.transact(partial(_die, work))
        if (roll := roll - chances.zombie) < 0:
            task = asyncio.create_task(self._commit_late(work))
            self.zombies.add(task)
            task.add_done_callback(self.zombies.discard)
            raise KilledError
        result = await self.database.transact(work)
        if roll - chances.after_commit < 0:
            raise KilledError
        if run.is_lost:
            raise LostError
        return result

    async def _commit_late(self, work: Work[Any]) -> None:
        """Run the transaction of a worker that is thought dead."""
        is_before = self.dice.random() < 0.5
        delay = self.dice.uniform(0.0, 0.4)

        async def slowly(session: AsyncSession) -> None:
            await work(session)
            if not is_before:
                await asyncio.sleep(delay)

        if is_before:
            await asyncio.sleep(delay)
        with suppress(CommerceError):  # nobody hears what it was refused with
            await self.database.transact(slowly)

    async def _ask(self, run: Run, session_id: str, call: str, seconds: float | None) -> Any:  # noqa: ANN401 - the port's result
        """Call the provider with the same key until it answers, at most until the deadline."""
        loop = asyncio.get_running_loop()
        end = None if seconds is None else loop.time() + seconds
        while True:
            if run.is_lost:
                raise LostError
            loaded = await self.load(session_id)
            try:
                return await getattr(self.providers[loaded.provider_id], call)(loaded.request)
            except Unknown:
                if end is not None and loop.time() >= end:
                    raise
            await asyncio.sleep(0.03)

    async def load(self, session_id: str) -> LoadedSession:
        async with self.database.reading() as connection:
            loaded = await load_session(connection, session_id)
        assert loaded is not None
        return loaded

    # What drives it from PostgreSQL.

    async def relay(self) -> int:
        """Start what the outbox asks for."""

        async def drain(session: AsyncSession) -> int:
            rows = await claim_pending(session, 100)
            for row in rows:
                if row.name.startswith("start."):
                    self.start(row.name.removeprefix("start."), next(iter(row.data.values())))
            await mark_sent(session, [row.id for row in rows])
            return len(rows)

        return await self.database.transact(drain)

    async def sweep(self, *, patience: float = 0.2, ask: float = 0.5, creating: float = 0.5) -> int:
        """Sweep once, with the times of this world."""
        browsers = [provider.id for provider in self.providers.values() if provider.confirmed_by_client]
        found = 0
        for one in (
            sweeps.hand_over_overdue,
            partial(sweeps.adopt_orphans, after=patience),
            partial(sweeps.resolve_handed_over, after=patience),
            partial(sweeps.release_creating, after=creating),
            partial(sweeps.release_ended, after=patience),
            partial(sweeps.ask_about_open, confirmed_by_client=browsers, after=ask),
        ):
            found += await self.database.transact(one)
        return found

    async def settle(self, within: float) -> None:
        """Let everything come to rest: no death, no outage, only sweeps and the relay."""
        self.chances = Chances()
        for provider in self.providers.values():
            if isinstance(provider, FakePayments):
                provider.moods = Moods()
                await provider.landed()
        await asyncio.gather(*self.zombies)
        async with asyncio.timeout(within):
            await self._rest()
            for _ in range(2):  # the second asking finds nothing new, or the first one's work was not final
                await self.sweep(patience=0.05, ask=0.0, creating=0.0)
                await self._rest()

    async def _rest(self) -> None:
        quiet = 0
        while quiet < 3:
            await self.sweep(patience=0.05, ask=3600.0, creating=0.0)
            busy = await self.relay() + len(self.runs)
            if self.runs:
                await asyncio.wait([run.task for run in self.runs.values() if run.task is not None], timeout=0.1)
            quiet = 0 if busy else quiet + 1
            await asyncio.sleep(0.03)


async def _die(work: Work[Any], session: AsyncSession) -> None:
    await work(session)
    raise KilledError


def _paid(word: AuthoriseResult | StatusResult) -> Paid:
    return Paid(word.status, word.held, word.captured)


def _answer(result: StatusResult) -> Answer:
    return Answer(result.holding, _paid(result))
