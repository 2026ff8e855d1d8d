"""Promise 16: uses of a promotion and budgets of a campaign are never passed, and come back when nobody bought."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.promotion.service import create_promotion
from operations import begin_checkout, claim_promotions
from operations.change_promotions import change_promotions
from operations.claim_promotions import PromotionUse
from operations.load_promotions import Codes
from tests.promises.till import Till, without
from tests.support.checkout_world import Chances

TEN: Mapping[str, Any] = {
    "code": "TEN",
    "type": "standard",
    "status": "active",
    "limit": 10,
    "application_method": {"type": "percentage", "value": Decimal(10), "target_type": "order"},
}
BUDGET: Mapping[str, Any] = {
    "type": "spend",
    "limit": Decimal("1.5"),
    "currency_code": "eur",
}
CAMPAIGN: Mapping[str, Any] = {"name": "Spring", "campaign_identifier": "spring", "budget": BUDGET}
USED = "SELECT used FROM promotion WHERE code = 'TEN'"
ORDERED = """SELECT count(*) FROM order_promotion p JOIN "order" o ON o.id = p.order_id WHERE p.returned_at IS NULL"""
LOCKS = ("operations.claim_promotions._LOCK", " FOR UPDATE")
CHECK = "ALTER TABLE promotion DROP CONSTRAINT ck_promotion_within_limit"


async def with_code(till: Till) -> str:
    """Return a cart of three pens whose code takes off 10 %."""
    cart_id = await till.cart({"pen": 3}, None)
    await till.database.transact(lambda s: change_promotions(s, cart_id, Codes(add=("TEN",))))
    await till.session(cart_id, "pp_keys")
    return cart_id


@pytest.mark.parametrize("chances", [Chances(), Chances(0.05, 0.05, 0.1, 0.1)], ids=["calm", "dying"])
async def test_p16_many_buyers_for_ten_uses(till: Till, chances: Chances) -> None:
    await till.database.transact(lambda s: create_promotion(s, TEN))
    carts = [await with_code(till) for _ in range(30)]
    till.world.chances = chances
    ends = await asyncio.gather(*[till.press(cart_id) for cart_id in carts])
    await till.rest()
    ordered = await till.value(ORDERED)
    assert await till.value(USED) == ordered, "a use is counted that no order explains"
    assert ordered == (10 if chances == Chances() else min(ordered, 10))
    if chances == Chances():
        assert all(end.order_id or "used up" in end.message or "has changed" in end.message for end in ends)
    assert await till.wrong() == []


async def test_p16_a_campaign_never_spends_more_than_its_budget(till: Till) -> None:
    await till.database.transact(lambda s: create_promotion(s, {**TEN, "limit": None, "campaign": CAMPAIGN}))
    carts = [await with_code(till) for _ in range(6)]
    await asyncio.gather(*[till.press(cart_id) for cart_id in carts])
    await till.rest()
    spent = await till.value("SELECT used FROM promotion_campaign_budget")
    given = await till.value(
        'SELECT sum(p.spent) FROM order_promotion p JOIN "order" o ON o.id = p.order_id WHERE p.returned_at IS NULL'
    )
    assert spent == given
    assert 0 < spent <= Decimal("1.5")


async def two_for_the_last_use(till: Till, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let two checkouts look at the last use before either takes it, and return how often it was taken."""
    await till.database.transact(lambda s: create_promotion(s, {**TEN, "limit": 1}))
    first, second = await with_code(till), await with_code(till)
    both = asyncio.Barrier(2)
    look = claim_promotions.lock_uses

    async def looking(session: AsyncSession, cart_id: str) -> list[PromotionUse]:
        uses = await look(session, cart_id)
        async with asyncio.timeout(5):
            await both.wait()
        return uses

    monkeypatch.setattr(begin_checkout, "lock_uses", looking)
    await asyncio.gather(till.begin(first, "one"), till.begin(second, "two"), return_exceptions=True)
    taken: int = await till.value("SELECT count(*) FROM order_promotion WHERE returned_at IS NULL")
    return taken


async def test_p16_the_check_alone_holds_it(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, *LOCKS)
    assert await two_for_the_last_use(till, monkeypatch) == 1


async def test_p16_mutation_without_lock_and_check_it_is_used_twice(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, *LOCKS)
    await till.change(CHECK)
    assert await two_for_the_last_use(till, monkeypatch) == 2
