"""Promise 17: whatever is locked at once, in whatever order it comes up, nobody waits for one who waits for him."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

import pytest
from sqlalchemy import ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import await_only

from commerce.checkout.outcome import Claim, Outcome, OutcomeKind
from commerce.inventory.reservations import create_reservation, delete_reservation
from commerce.inventory.service import LevelBatch, LevelChange, change_levels
from commerce.promotion.campaigns import set_campaign_promotions, update_campaign
from commerce.promotion.service import create_promotion, update_promotion
from kit.db import run, sqlstate
from kit.errors import CommerceError
from operations import begin_checkout, claim_promotions, hand_over_checkout, sweep_checkouts
from operations.change_promotions import change_promotions
from operations.claim_promotions import UsedUp
from operations.load_promotions import Codes
from operations.refuse_checkout import refuse_checkout
from operations.reserve_stock import reserve
from operations.sweep_checkouts import hand_over_overdue
from operations.update_cart import CartChanges, update_cart
from tests.promises.till import Till
from tests.support.cart_audit import audit_cart
from tests.support.small_shop import add_items

CODES = ("ONE", "TWO", "THREE")
ITEMS = ("pen", "mug", "kit", "poster")
DECLINED = Outcome(OutcomeKind.DECLINED, message="declined")
Work: TypeAlias = Callable[[random.Random], Awaitable[object]]


@contextmanager
def deadlocks(till: Till, dice: random.Random) -> Iterator[list[str]]:
    """Yield a list of the deadlocks that PostgreSQL found; every statement is a while in coming, so that orders mix."""
    found: list[str] = []
    engine = till.database.engine.sync_engine

    def dawdle(*_: object) -> None:
        await_only(asyncio.sleep(dice.random() * 0.01))

    def note(context: ExceptionContext) -> None:
        if context.original_exception is not None and sqlstate(context.original_exception) == "40P01":
            found.append(str(context.statement))

    event.listen(engine, "before_cursor_execute", dawdle)
    event.listen(engine, "handle_error", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", dawdle)
        event.remove(engine, "handle_error", note)


class Bustle:
    """A shop in which everything happens at once: shoppers, checkouts that end in every way, admins, the sweep."""

    def __init__(self, till: Till, carts: Sequence[str], promotions: Sequence[str], campaigns: Sequence[str]) -> None:
        self.till, self.carts, self.promotions, self.campaigns = till, carts, promotions, campaigns
        self.works: Sequence[Work] = (
            self.add,
            self.code,
            self.code,
            self.mail,
            self.check_out,
            self.check_out,
            self.check_out,
            self.check_out,
            self.promotion,
            self.campaign,
            self.members,
            self.levels,
            self.by_hand,
            self.sweep,
        )

    async def _do(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what the work returns
        with suppress(CommerceError):  # busy, sold out, used up: refused in words is no deadlock
            return await self.till.database.transact(work)
        return None

    async def add(self, dice: random.Random) -> None:
        items = {dice.choice(ITEMS): 1, dice.choice(ITEMS): 1}
        await self._do(lambda s: add_items(s, self.till.shop, dice.choice(self.carts), items))

    async def code(self, dice: random.Random) -> None:
        codes = Codes(replace=tuple(dice.sample(CODES, dice.randrange(4))))
        await self._do(lambda s: change_promotions(s, dice.choice(self.carts), codes))

    async def mail(self, dice: random.Random) -> None:
        changes = CartChanges({"email": f"{dice.choice('ab')}@example.com"})
        await self._do(lambda s: update_cart(s, dice.choice(self.carts), changes))

    async def check_out(self, dice: random.Random) -> None:
        """Begin, and end by a decline, or leave it to whoever finds it past its deadline."""
        cart_id, run_id = dice.choice(self.carts), f"run_{dice.random()}"
        with suppress(CommerceError):
            await self.till.session(cart_id, "pp_keys")
        begin = partial(begin_checkout.begin_checkout, cart_id=cart_id, run_id=run_id)
        is_left = dice.random() < 0.5
        begun = await self._do(partial(begin, deadline_seconds=0 if is_left else 30))
        if begun is not None and begun.attempt_id is not None and not is_left:
            claim = Claim(cart_id, begun.attempt_id, run_id)
            await self._do(lambda s: refuse_checkout(s, claim, DECLINED, "requires_more"))

    async def promotion(self, dice: random.Random) -> None:
        given = {"limit": dice.randrange(50, 100), "campaign_id": dice.choice(self.campaigns)}
        await self._do(lambda s: update_promotion(s, dice.choice(self.promotions), given))

    async def campaign(self, dice: random.Random) -> None:
        given = {"budget": {"limit": Decimal(dice.randrange(500, 900))}}
        await self._do(lambda s: update_campaign(s, dice.choice(self.campaigns), given))

    async def members(self, dice: random.Random) -> None:
        first, second, third = dice.sample(list(self.promotions), 3)
        campaign = dice.choice(self.campaigns)
        await self._do(lambda s: set_campaign_promotions(s, campaign, [first, second], [third]))

    async def levels(self, dice: random.Random) -> None:
        items = dice.sample(list(self.till.shop.items.values()), 3)
        stock = {"stocked_quantity": Decimal(dice.randrange(100, 200))}
        batch = LevelBatch(update=[LevelChange(item, place, **stock) for item in items for place in self._places(dice)])
        await self._do(lambda s: change_levels(s, batch))

    def _places(self, dice: random.Random) -> list[str]:
        return dice.sample(self.till.shop.locations, 2)

    async def by_hand(self, dice: random.Random) -> None:
        item, (place, _) = dice.choice(list(self.till.shop.items.values())), self._places(dice)
        given = {"inventory_item_id": item, "location_id": place, "quantity": Decimal(1)}
        made = await self._do(lambda s: create_reservation(s, **given))
        if made is not None:
            await self._do(lambda s: delete_reservation(s, made.id))

    async def sweep(self, _: random.Random) -> None:
        await self._do(hand_over_overdue)


async def open_shop(till: Till) -> Bustle:
    """Return the bustle over eight carts, three codes and two campaigns, with stock for all."""
    await till.change("UPDATE inventory_level SET stocked_quantity = 200")
    campaigns = [
        (
            await till.database.transact(
                lambda s, name=name: create_promotion(s, promotion(name, campaign=campaign(name)))  # type: ignore[misc]
            )
        )
        for name in CODES[:2]
    ]
    third = await till.database.transact(lambda s: create_promotion(s, promotion(CODES[2])))
    ids = [row.id for row in await till.rows("SELECT id FROM promotion_campaign ORDER BY id")]
    carts = [await till.cart({"pen": 2, "kit": 1}, None) for _ in range(8)]
    return Bustle(till, carts, [*campaigns, third], ids)


def promotion(code: str, **more: object) -> Mapping[str, Any]:
    method = {"type": "percentage", "value": Decimal(5), "target_type": "order"}
    return {"code": code, "type": "standard", "status": "active", "limit": 90, "application_method": method, **more}


def campaign(name: str) -> Mapping[str, Any]:
    budget = {"type": "usage", "limit": Decimal(500)}
    return {"name": name, "campaign_identifier": name, "budget": budget}


async def bustling(till: Till, seed: int, *, rounds: int = 60) -> list[str]:
    """Let twelve do `rounds` random things each, all at once, until there is a deadlock, and return it."""
    shop = await open_shop(till)
    with deadlocks(till, random.Random(seed)) as found:

        async def act(who: int) -> None:
            dice = random.Random(f"{seed}/{who}")
            for _ in range(rounds):
                if not found:
                    await dice.choice(shop.works)(dice)

        await asyncio.gather(*[act(who) for who in range(12)])
    return found


@pytest.mark.parametrize("seed", range(2))
async def test_p17_random_lock_orders_find_no_deadlock(till: Till, seed: int) -> None:
    assert await bustling(till, seed, rounds=12) == []
    for row in await till.rows("SELECT id FROM cart"):
        assert await audit_cart(till.database, row.id) == []
    begun = await till.value("SELECT count(*) FROM checkout_attempt")
    assert begun >= 10, "hardly a checkout got through: nothing was proven"
    used = "SELECT sum(p.used) FROM promotion p"
    held = "SELECT count(*) FROM order_promotion WHERE returned_at IS NULL"
    assert await till.value(used) == await till.value(held)


async def test_p17_mutation_stock_before_promotions_deadlocks(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    async def claim(session: AsyncSession, facts: Any, order_id: str, lines: Mapping[str, str]) -> object:  # noqa: ANN401
        try:
            await reserve(session, facts.id, facts.sales_channel_id, lines)
            uses = await claim_promotions.lock_uses(session, facts.id)
        except UsedUp:
            raise
        except CommerceError as error:
            return error
        await claim_promotions.take_uses(session, order_id, uses)
        return None

    monkeypatch.setattr(begin_checkout, "_claim", claim)
    assert await bustling(till, 0)


async def test_p17_mutation_a_sweep_that_goes_cart_by_cart_deadlocks(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stock of the first attempt is locked before the promotions of the second, and a checkout has those."""
    await till.database.transact(lambda s: create_promotion(s, promotion("ONE")))
    first, second, third = [await till.cart(items, None) for items in ({"mug": 1}, {"ebook": 2}, {"mug": 1})]
    for cart_id in (second, third):
        await till.database.transact(lambda s, id_=cart_id: change_promotions(s, id_, Codes(add=("ONE",))))  # type: ignore[misc]
    for cart_id in (first, second, third):
        await till.session(cart_id, "pp_keys")
    for cart_id in (first, second):
        await till.begin(cart_id, cart_id, seconds=0)
    has_stock, has_promotions, look = asyncio.Event(), asyncio.Event(), claim_promotions.lock_uses

    async def one_by_one(session: AsyncSession, attempt_ids: Sequence[str], *, run_id: str | None) -> None:
        for id_ in attempt_ids:
            await hand_over_checkout.hand_over(session, id_, run_id=run_id)
            has_stock.set()
            await has_promotions.wait()

    async def looking(session: AsyncSession, cart_id: str) -> object:
        uses = await look(session, cart_id)
        has_promotions.set()
        await has_stock.wait()
        return uses

    monkeypatch.setattr(sweep_checkouts, "hand_over_all", one_by_one)
    monkeypatch.setattr(begin_checkout, "lock_uses", looking)
    with deadlocks(till, random.Random(0)) as found:
        await asyncio.gather(till.database.transact(hand_over_overdue), till.begin(third, "third"))
    assert found


async def test_p17_mutation_campaigns_that_lock_as_they_come_deadlock(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def as_it_comes(session: AsyncSession, _: object) -> None:
        await run(session, "SELECT id FROM promotion ORDER BY id DESC FOR NO KEY UPDATE")

    monkeypatch.setattr("commerce.promotion.campaigns._lock", as_it_comes)
    assert await bustling(till, 0)
