"""The checkout's protocol under everything at once, on a real PostgreSQL; docs/checkout.md is what it holds to.

Short in CI. `EURYALE_SIMULATION_ROUNDS=200 uv run pytest tests/integration/test_checkout_simulation.py` runs longer,
`EURYALE_SIMULATION_SEED` starts elsewhere.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Begun, Outcome, OutcomeKind
from commerce.payment.port import ProviderError, ReleaseResult, SessionRequest, Unknown
from kit.db import Database, run, value
from kit.errors import CommerceError
from operations import begin_checkout
from operations.open_payment_session import give_up_session, record_session_intent, settle_session
from tests.support.checkout_audit import audit, audit_answers
from tests.support.checkout_world import Chances, World
from tests.support.fake_payments import FakePayments, Moods
from tests.support.small_shop import Shop, add_items, make_shop, new_cart

ROUNDS = int(os.environ.get("EURYALE_SIMULATION_ROUNDS", "1"))
SEED = int(os.environ.get("EURYALE_SIMULATION_SEED", "1"))
CARTS = 10
T = TypeVar("T")
NewDatabase = Callable[[], AbstractContextManager[str]]

ROUGH = Chances(before=0.04, before_commit=0.04, after_commit=0.05, zombie=0.04)
MOODS = Moods(
    decline=0.1, error=0.06, pending=0.06, capture=0.3, late=0.15, lost=0.1, outage=0.08, silent=0.1, latest=0.8
)


@dataclass
class Round:
    """One shop and its shoppers."""

    world: World
    shop: Shop
    dice: random.Random
    carts: list[str] = field(default_factory=list)
    told: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    kinds: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def database(self) -> Database:
        return self.world.database

    async def press(self, cart_id: str) -> Outcome | None:
        """Complete the cart as the API does: ask PostgreSQL, then the run; None when nobody answered."""
        async with self.database.reading() as connection:
            order_id = await value(connection, 'SELECT id FROM "order" WHERE cart_id = $1', cart_id)
        outcome = None if order_id is None else Outcome(OutcomeKind.ORDER, order_id=order_id)
        if outcome is None:
            with suppress(TimeoutError, asyncio.CancelledError):
                async with asyncio.timeout(3):
                    outcome = await asyncio.shield(self.world.start("complete-cart", cart_id).outcome)
        if outcome is not None:
            self.kinds[outcome.kind] += 1
            if outcome.order_id is not None:
                self.told[cart_id].add(outcome.order_id)
        return outcome

    async def new_session(self, cart_id: str) -> None:
        """Open a session as the API does, and die at any edge of it."""
        provider = self.dice.choice(list(self.world.providers.values()))
        deaths = self.world.chances.before > 0
        async with self.database.reading() as connection:
            collection = await value(connection, "SELECT id FROM payment_collection WHERE cart_id = $1", cart_id)
        with suppress(CommerceError):
            intent = await self.database.transact(lambda s: record_session_intent(s, collection, provider.id, {}))
            if deaths and self.dice.random() < 0.1:
                return
            try:
                result = await provider.create_session(intent.request)
            except ProviderError as error:
                is_known = not isinstance(error, Unknown)
                await self.database.transact(lambda s: give_up_session(s, intent, is_known=is_known))
                return
            if deaths and self.dice.random() < 0.1:
                return
            await asyncio.sleep(self.dice.uniform(0, 0.05))
            await self.database.transact(lambda s: settle_session(s, intent, result))

    async def sessions(self, cart_id: str) -> list[str]:
        async with self.database.reading() as connection:
            rows = await run(
                connection,
                "SELECT s.id FROM payment_session s JOIN payment_collection c ON c.id = s.payment_collection_id "
                "WHERE c.cart_id = $1 ORDER BY s.id",
                cart_id,
            )
        return [row.id for row in rows]

    async def confirm(self, cart_id: str) -> None:
        """Pay in the browser, maybe with a session that is no longer the cart's."""
        for session_id in (await self.sessions(cart_id))[-2:]:
            for provider in self.world.providers.values():
                if provider.confirmed_by_client and self.dice.random() < 0.8:
                    provider.confirm(session_id)

    async def webhook(self, cart_id: str) -> None:
        for session_id in await self.sessions(cart_id):
            if self.dice.random() < 0.5:
                self.world.start("resolve-session", session_id)

    async def edit(self, cart_id: str) -> None:
        with suppress(CommerceError):
            item = self.dice.choice(["pen", "mug", "kit", "poster", "ebook"])
            await self.database.transact(lambda s: add_items(s, self.shop, cart_id, {item: 1}))

    async def shopper(self, cart_id: str, patience: int) -> None:
        """Do things in a hurry."""
        acts = [self.press] * 5 + [self.new_session, self.edit, self.webhook, self.confirm]
        for _ in range(patience):
            await asyncio.sleep(self.dice.uniform(0, 0.25))
            await self.dice.choice(acts)(cart_id)

    async def begin(self) -> None:
        """Give every cart something to pay, and most of them a session that is paid."""
        for _ in range(CARTS):
            items = {name: self.dice.randint(1, 2) for name in self.dice.sample(["pen", "mug", "kit", "poster"], 2)}
            if self.dice.random() < 0.1:
                items = {"gift": 1}
            cart_id = await self.database.transact(lambda s, i=items: new_cart(s, self.shop, i))
            self.carts.append(cart_id)
            await self.new_session(cart_id)
            await self.confirm(cart_id)

    async def play(self, *, losses: int) -> None:
        """Let two shoppers press at each cart while sweeps, relay and losses go on."""
        stop = asyncio.Event()

        async def background() -> None:
            while not stop.is_set():
                await self.world.relay()
                if self.dice.random() < 0.2:
                    await self.world.sweep()
                await asyncio.sleep(0.02)

        async def lose() -> None:
            for _ in range(losses):
                await asyncio.sleep(self.dice.uniform(0.1, 0.8))
                self.world.lose_the_store()

        driver = asyncio.create_task(background())
        shoppers = [self.shopper(cart, self.dice.randint(3, 6)) for cart in self.carts for _ in range(2)]
        await asyncio.gather(*shoppers, lose())
        stop.set()
        await driver

    async def wrong(self) -> list[str]:
        """Return everything that is wrong when all has come to rest."""
        assert not self.world.failures, self.world.failures
        return await audit(self.database, self.world.providers.values()) + await audit_answers(self.database, self.told)


Play = Callable[[Round], Awaitable[T]]


def a_round(
    new_database: NewDatabase,
    seed: int,
    play: Play[T],
    *,
    chances: Chances = ROUGH,
    moods: Moods = MOODS,
    deadline: float = 0.6,
    scarce: int = 8,
) -> T:
    """Build a shop of its own for this seed and return what `play` makes of it."""

    async def inner(url: str) -> T:
        dice = random.Random(seed)
        providers = {
            "pp_keys": FakePayments("pp_keys", dice, can_cancel=False),
            "pp_cancel": FakePayments("pp_cancel", dice),
            "pp_browser": FakePayments("pp_browser", dice, confirmed_by_client=True),
        }
        database = Database(url, pool_size=20)
        try:
            shop = await database.transact(lambda s: make_shop(s, providers=tuple(providers), scarce=scarce))
            made = Round(World(database, providers, dice, deadline=deadline), shop, dice)
            await made.begin()
            made.world.chances = replace(chances)
            for provider in providers.values():
                provider.moods = replace(moods)
            return await play(made)
        finally:
            await database.close()

    with new_database() as url:
        return asyncio.run(inner(url))


async def everything(made: Round) -> tuple[list[str], dict[str, int]]:
    await made.play(losses=2)
    await made.world.settle(within=30)
    return await made.wrong(), made.kinds


def test_everything_at_once(new_database: NewDatabase) -> None:
    """Two shoppers a cart, deaths at every edge, zombies, late landings, outages, the store lost twice, stock-outs."""
    seen: Counter[str] = Counter()
    for seed in range(SEED, SEED + ROUNDS):
        wrong, kinds = a_round(new_database, seed, everything)
        assert not wrong, (seed, wrong)
        seen.update(kinds)
    assert seen[OutcomeKind.ORDER], seen
    assert seen[OutcomeKind.REFUSED] + seen[OutcomeKind.UNDECIDED], "the misfortunes did not happen"


LATE = replace(MOODS, late=0.7, decline=0.0, error=0.0, latest=1.2)


async def late_landings(made: Round) -> list[str]:
    """Let calls land after everybody gave up on them, while shoppers turn to other sessions."""
    await made.play(losses=0)
    await made.world.settle(within=30)
    return await made.wrong()


def test_calls_that_land_late(new_database: NewDatabase) -> None:
    for seed in range(SEED, SEED + ROUNDS):
        assert not (wrong := a_round(new_database, seed, late_landings, moods=LATE, deadline=0.2)), (seed, wrong)


async def _not_found_is_proof(self: FakePayments, request: SessionRequest) -> ReleaseResult:
    """Release as it must not be: what the provider does not show is taken for not there."""
    intent = self.intents.get(request.session_id)
    if intent is None or not intent.money:
        return ReleaseResult(reference=f"ref_{request.session_id}")
    return await RELEASE(self, request)


RELEASE = FakePayments.release


def test_without_proof_of_no_effect_money_is_lost(new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutation of docs/checkout.md rule 3."""
    monkeypatch.setattr(FakePayments, "release", _not_found_is_proof)
    rounds = (a_round(new_database, seed, late_landings, moods=LATE, deadline=0.2) for seed in range(SEED, SEED + 5))
    assert any("is held for a session that is" in sentence for wrong in rounds for sentence in wrong)


async def last_press(made: Round) -> list[str]:
    """Lose the store in the middle of everything, then press once more at each cart; nothing else goes wrong."""
    presses = [asyncio.create_task(made.press(cart)) for cart in made.carts]
    await asyncio.sleep(made.dice.uniform(0.05, 0.2))
    await asyncio.gather(*made.world.lose_the_store())
    await asyncio.gather(*presses)
    answers = await asyncio.gather(*[made.press(cart) for cart in made.carts])
    kinds = [None if answer is None else answer.kind for answer in answers]
    wrong = [f"a shopper heard {kind}" for kind in kinds if kind in (None, OutcomeKind.UNDECIDED)]
    await made.world.settle(within=30)
    return wrong + await made.wrong()


CALM = Chances(after_commit=0.3)


def test_a_lost_store_costs_nobody_their_answer(new_database: NewDatabase) -> None:
    for seed in range(SEED, SEED + ROUNDS):
        wrong = a_round(new_database, seed, last_press, chances=CALM, moods=Moods(), deadline=20, scarce=100)
        assert not wrong, (seed, wrong)


async def _left_to_its_owner(_: AsyncSession, facts: Row[Any], __: str) -> Begun:
    """Go on with the attempt without making it mine."""
    return Begun(facts.attempt_session_id, attempt_id=facts.attempt_id, amount=facts.attempt_amount, seconds_left=1.0)


def test_without_adoption_shoppers_hear_no_answer(new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutation of docs/checkout.md rule 2."""
    monkeypatch.setattr(begin_checkout, "adopt", _left_to_its_owner)
    rounds = (
        a_round(new_database, seed, last_press, chances=CALM, moods=Moods(), deadline=2, scarce=100)
        for seed in range(SEED, SEED + 5)
    )
    assert any("a shopper heard" in sentence for wrong in rounds for sentence in wrong)
