"""Promise 8, as far as carts and checkouts reach: what is reserved is the sum of the reservations, after every step."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from commerce.checkout.outcome import Claim, Outcome, OutcomeKind
from commerce.payment.port import Holding
from kit.errors import CommerceError
from operations.begin_checkout import begin_checkout
from operations.hand_over_checkout import hand_over_checkout
from operations.place_order import place_order
from operations.record_payment import Paid
from operations.refuse_checkout import refuse_checkout
from operations.resolve_session import Answer, resolve_session
from operations.sweep_checkouts import hand_over_overdue
from tests.promises.till import Till, without
from tests.support.checkout_audit import QUERIES
from tests.support.small_shop import add_items

PROVIDER = "pp_cancel"
CONSERVED = [
    QUERIES["reserved is not the sum of the reservations"],
    QUERIES["less than nothing is reserved"],
    QUERIES["more was sold than there is"],
    """SELECT r.id FROM reservation_item r
       WHERE r.line_item_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM order_item i WHERE i.item_id = r.line_item_id) AND NOT EXISTS (
         SELECT FROM checkout_attempt a, jsonb_each_text(a.planned_lines) AS line
         WHERE a.state = 'open' AND line.value = r.line_item_id)""",
]


@dataclass
class Walk:
    """A random walk of five carts through every arrow of the checkout; each step is tried, allowed or not."""

    till: Till
    dice: random.Random
    carts: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    taken: int = 0

    async def begin(self) -> None:
        cart_id, run_id = self.dice.choice(self.carts), f"run{self.dice.random()}"
        seconds = self.dice.choice([0.0, 30.0])
        begun = await self.till.database.transact(
            lambda s: begin_checkout(s, cart_id, run_id, deadline_seconds=seconds)
        )
        if begun.attempt_id is not None:
            self.claims.append(Claim(cart_id, begun.attempt_id, run_id))

    async def end(self) -> None:
        """End some attempt, mine or no longer mine, maybe a second time."""
        if not self.claims:
            return
        claim = self.dice.choice(self.claims)
        amount = await self.till.value("SELECT amount FROM checkout_attempt WHERE id = $1", claim.attempt_id)
        declined, status = Outcome(OutcomeKind.DECLINED), self.dice.choice(["error", "pending", None])
        work = self.dice.choice(
            [
                lambda s: place_order(s, claim, Paid("authorized", amount)),
                lambda s: refuse_checkout(s, claim, declined, status),
                lambda s: hand_over_checkout(s, claim),
            ]
        )
        await self.till.database.transact(work)

    async def resolve(self) -> None:
        rows = await self.till.rows("SELECT session_id, amount FROM checkout_attempt ORDER BY id")
        if rows:
            row = self.dice.choice(rows)
            paid, nothing = Paid("authorized", row.amount), Paid("pending")
            answer = self.dice.choice([Answer(Holding.HELD, paid), Answer(Holding.NOTHING, nothing)])
            await self.till.database.transact(lambda s: resolve_session(s, row.session_id, answer))

    async def edit(self) -> None:
        cart_id, item = self.dice.choice(self.carts), self.dice.choice(["mug", "pen", "kit", "poster"])
        await self.till.database.transact(lambda s: add_items(s, self.till.shop, cart_id, {item: 1}))

    async def session(self) -> None:
        await self.till.session(self.dice.choice(self.carts), PROVIDER)

    async def sweep(self) -> None:
        await self.till.database.transact(hand_over_overdue)

    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        """Return what is done, the likelier the more often."""
        return [self.begin] * 3 + [self.end] * 3 + [self.resolve, self.edit, self.session, self.sweep]

    async def walk(self, steps: int) -> list[str]:
        """Return the first thing that is not conserved, with the step it came with."""
        for _ in range(5):
            basket = dict.fromkeys(self.dice.sample(["pen", "mug", "kit", "poster"], 2), 1)
            self.carts.append(await self.till.cart(basket, PROVIDER))
        acts = self.acts()
        for number in range(steps):
            act = self.dice.choice(acts)
            with suppress(CommerceError):
                await act()
            self.taken = max(self.taken, await self.till.value("SELECT count(*) FROM reservation_item"))
            wrong = [tuple(row) for query in CONSERVED for row in await self.till.rows(query)]
            if wrong:
                return [f"step {number}, {act.__name__}: {wrong}"]
        return []


@pytest.mark.parametrize("seed", range(4))
async def test_p08_reserved_is_the_sum_after_every_step(till: Till, seed: int) -> None:
    made = Walk(till, random.Random(seed))
    assert await made.walk(60) == []
    assert made.taken, "nothing was ever reserved"


async def first_leak(till: Till) -> list[str]:
    return await Walk(till, random.Random(1)).walk(60)


async def test_p08_mutation_a_reservation_that_is_dropped_without_giving_back(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "operations.reserve_stock._GIVE_BACK", "reserved_quantity = l.reserved_quantity - g.quantity,")
    await till.change("ALTER TABLE inventory_level DROP CONSTRAINT ck_inventory_level_reserved")
    assert await first_leak(till)


async def late_hand_over(till: Till) -> list[str]:
    """Hand an attempt over, late, that is an order already."""
    claim = await till.begin(await till.cart({"gift": 1, "mug": 2}, PROVIDER), "mine")
    session_id = await till.value("SELECT id FROM payment_session")
    word = await till.world.providers[PROVIDER].authorise((await till.world.load(session_id)).request)
    await till.database.transact(lambda s: place_order(s, claim, Paid(word.status, word.held)))
    await till.database.transact(lambda s: hand_over_checkout(s, claim))
    return await till.wrong()


async def test_p08_an_order_keeps_its_reservations(till: Till) -> None:
    assert await late_hand_over(till) == []


async def test_p08_mutation_a_hand_over_that_does_not_look_frees_an_orders_stock(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "operations.hand_over_checkout._HAND_OVER", "AND state = 'open'")
    assert any("an order line lacks a reservation" in sentence for sentence in await late_hand_over(till))
