"""Promise 16: uses of a promotion and budgets of a campaign are never passed, and come back when nobody bought."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Outcome
from commerce.promotion.service import create_promotion
from kit.db import run
from kit.settings import Settings
from operations import begin_checkout, claim_promotions
from operations.begin_checkout import CHANGED
from operations.change_promotions import change_promotions
from operations.claim_promotions import PromotionUse
from operations.load_promotions import Codes
from operations.return_promotion_uses import return_promotion_uses
from tests.promises.till import Till, without
from tests.support.checkout_world import Chances

TEN: Mapping[str, Any] = {
    "code": "TEN",
    "type": "standard",
    "status": "active",
    "limit": 10,
    "application_method": {"type": "percentage", "value": Decimal(10), "target_type": "order"},
}
FULL, REDUCED = Decimal("5.97"), Decimal("5.37")  # three pens, without the code and with it
BUDGETS: Mapping[str, Mapping[str, Any]] = {  # each allows for two carts and not for three
    "spend": {"type": "spend", "limit": Decimal("1.5"), "currency_code": "eur"},
    "usage": {"type": "usage", "limit": Decimal(2)},
    "by_attribute": {"type": "use_by_attribute", "limit": Decimal(2), "attribute": "customer_email"},
}
USED = "SELECT used FROM promotion WHERE code = 'TEN'"
ORDERED = """SELECT count(*) FROM order_promotion p JOIN "order" o ON o.id = p.order_id WHERE p.returned_at IS NULL"""
DRAWN = """SELECT sum(p.spent) FROM order_promotion p JOIN "order" o ON o.id = p.order_id WHERE p.returned_at IS NULL"""
OF_BUDGET = """SELECT b.used + coalesce((SELECT sum(u.used) FROM promotion_campaign_budget_usage u
  WHERE u.budget_id = b.id), 0) FROM promotion_campaign_budget b"""
STATE = """SELECT (c.totals ->> 'total')::numeric AS total, p.amount,
  EXISTS (SELECT FROM cart_promotion WHERE cart_id = c.id) AS has_code
FROM cart c JOIN payment_collection p ON p.cart_id = c.id WHERE c.id = $1"""
LOCKS = ("operations.claim_promotions._LOCK", " FOR NO KEY UPDATE")
CHECK = "ALTER TABLE promotion DROP CONSTRAINT ck_promotion_within_limit"


async def with_code(till: Till) -> str:
    """Return a cart of three pens whose code takes off 10 %."""
    cart_id = await till.cart({"pen": 3}, None)
    await till.database.transact(lambda s: change_promotions(s, cart_id, Codes(add=("TEN",))))
    await till.session(cart_id, "pp_keys")
    return cart_id


async def in_campaign(till: Till, budget: str, **changes: object) -> None:
    """Make the promotion without a limit of its own, in a campaign with the named budget."""
    campaign = {"name": "Spring", "campaign_identifier": "spring", "budget": BUDGETS[budget]}
    await till.database.transact(lambda s: create_promotion(s, {**TEN, "limit": None, "campaign": campaign, **changes}))


async def refused(till: Till, cart_id: str, end: Outcome) -> None:
    """Prove that the shopper heard why, sees what the cart costs now, and can pay that."""
    assert end.type == "not_allowed"
    assert end.message in {CHANGED, "The promotion TEN has been used up. Review the cart and pay the new total."}
    assert tuple(await till.row(STATE, cart_id)) == (FULL, FULL, False)
    await till.session(cart_id, "pp_keys")


@pytest.mark.parametrize(
    ("buyers", "chances"),
    [(100, Chances()), (30, Chances(0.05, 0.05, 0.1, 0.1))],
    ids=["calm", "dying"],
)
async def test_p16_many_buyers_for_ten_uses(till: Till, buyers: int, chances: Chances) -> None:
    """A hundred at once: ten orders with the discount, ten uses, and ninety who can go on at the full price."""
    await till.database.transact(lambda s: create_promotion(s, TEN))
    carts = [await with_code(till) for _ in range(buyers)]
    till.world.chances = chances
    ends = await asyncio.gather(*[till.press(cart_id) for cart_id in carts])
    await till.rest()
    ordered = await till.value(ORDERED)
    assert await till.value(USED) == ordered, "a use is counted that no order explains"
    assert ordered == (10 if chances == Chances() else min(ordered, 10))
    assert await till.wrong() == []
    if chances == Chances():
        paid = [row.amount for row in await till.rows("SELECT amount FROM payment_session WHERE order_id IS NOT NULL")]
        assert paid == [REDUCED] * 10
        losers = [(cart_id, end) for cart_id, end in zip(carts, ends, strict=True) if end.order_id is None]
        assert len(losers) == buyers - 10
        for cart_id, end in losers:
            await refused(till, cart_id, end)
        assert (await till.press(losers[0][0])).order_id is not None
        assert await till.value(USED) == 10


@pytest.mark.parametrize("budget", BUDGETS)
async def test_p16_a_campaign_never_passes_its_budget(till: Till, budget: str) -> None:
    await in_campaign(till, budget)
    carts = [await with_code(till) for _ in range(30)]
    ends = await asyncio.gather(*[till.press(cart_id) for cart_id in carts])
    await till.rest()
    assert sum(end.order_id is not None for end in ends) == 2
    assert await till.value(OF_BUDGET) == await till.value(DRAWN) <= BUDGETS[budget]["limit"]
    for cart_id, end in zip(carts, ends, strict=True):
        if end.order_id is None:
            await refused(till, cart_id, end)
    assert await till.wrong() == []


async def test_p16_a_cancelled_order_gives_back_once(till: Till) -> None:
    """Ten have the code; one order is cancelled, by two who press at once: one more buyer gets it, and no second."""
    await in_campaign(till, "spend", limit=2)
    *carts, third, fourth = [await with_code(till) for _ in range(4)]
    ends = [await till.press(cart_id) for cart_id in carts]
    assert await till.value(USED) == 2
    order_id = str(ends[0].order_id)
    await cancelled(till, order_id, is_on=Settings().return_promotion_uses)
    assert (await till.value(USED), await till.value(OF_BUDGET)) == (1, Decimal("0.6"))
    assert [(await till.press(cart_id)).order_id is not None for cart_id in (third, fourth)] == [True, False]
    assert await till.value(USED) == 2
    await till.rest()
    assert await till.wrong() == []


async def cancelled(till: Till, order_id: str, *, is_on: bool) -> None:
    """Give back as two who cancel at once do, and once more as somebody who was not told."""
    back = partial(return_promotion_uses, order_id=order_id, is_on=is_on)
    await asyncio.gather(till.database.transact(back), till.database.transact(back))
    await till.database.transact(back)


async def test_p16_a_shop_may_keep_what_cancelled_orders_used(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EURYALE_RETURN_PROMOTION_USES", "false")
    await in_campaign(till, "spend", limit=2)
    order_id = str((await till.press(await with_code(till))).order_id)
    await cancelled(till, order_id, is_on=Settings().return_promotion_uses)
    assert (await till.value(USED), await till.value(OF_BUDGET)) == (1, Decimal("0.6"))


async def test_p16_mutation_without_the_mark_it_is_given_back_twice(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_LOCK_TAKEN", "_GIVE_BACK"):
        without(monkeypatch, f"operations.claim_promotions.{name}", "AND returned_at IS NULL")
    await till.database.transact(lambda s: create_promotion(s, {**TEN, "limit": 3}))
    ends = [await till.press(await with_code(till)) for _ in range(2)]
    await cancelled(till, str(ends[0].order_id), is_on=True)
    assert await till.value(USED) == 0


async def two_for_the_last_use(till: Till, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let two checkouts look at the last use before either takes it, and return how often it was taken."""
    await till.database.transact(lambda s: create_promotion(s, {**TEN, "limit": 1}))
    await look_together(till, monkeypatch)
    taken: int = await till.value("SELECT count(*) FROM order_promotion WHERE returned_at IS NULL")
    return taken


async def look_together(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
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


async def test_p16_the_check_alone_holds_it(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, *LOCKS)
    assert await two_for_the_last_use(till, monkeypatch) == 1


async def test_p16_mutation_without_lock_and_check_it_is_used_twice(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, *LOCKS)
    await till.change(CHECK)
    assert await two_for_the_last_use(till, monkeypatch) == 2


async def test_p16_mutation_without_the_locks_a_budget_is_passed(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_LOCK", "_LOCK_BUDGETS"):
        without(monkeypatch, f"operations.claim_promotions.{name}", " FOR NO KEY UPDATE")
    await in_campaign(till, "spend")
    await till.change("UPDATE promotion_campaign_budget SET used = 0.7")
    await look_together(till, monkeypatch)
    assert await till.value(OF_BUDGET) == Decimal("1.9") > BUDGETS["spend"]["limit"]


async def test_p16_mutation_without_the_refresh_the_cart_keeps_a_code_that_is_gone(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The use is taken between the look at the cart and the lock on the code: the cart must lose it there and then."""
    assert await taken_in_between(till, monkeypatch) == (FULL, FULL, False)

    async def never(session: AsyncSession, cart_id: str) -> bool:
        return bool(await run(session, "SELECT 1 WHERE $1 <> ''", cart_id))

    monkeypatch.setattr(begin_checkout, "recheck_cart", never)
    assert await taken_in_between(till, monkeypatch) == (REDUCED, REDUCED, True)


async def taken_in_between(till: Till, monkeypatch: pytest.MonkeyPatch) -> tuple[object, ...]:
    await till.change("DELETE FROM cart_promotion", "UPDATE promotion SET code = id, deleted_at = now()")
    await till.database.transact(lambda s: create_promotion(s, {**TEN, "limit": 1}))
    cart_id = await with_code(till)
    claim = begin_checkout.__dict__["_claim"]

    async def late(session: AsyncSession, *rest: Any) -> Any:  # noqa: ANN401 - as _claim
        await till.change("UPDATE promotion SET used = 1 WHERE code = 'TEN'")
        return await claim(session, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(begin_checkout, "_claim", late)
        end = await till.press(cart_id)
    assert end.message.startswith("The promotion TEN has been used up."), end
    return tuple(await till.row(STATE, cart_id))
