"""Count the uses of a checkout's promotions against their limits and budgets, and give them back (promise 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.promotion.eligibility import PER_ATTRIBUTE, PER_PROMOTION, SPEND
from kit.db import run
from kit.decimals import NEGLIGIBLE, rho
from kit.errors import CommerceError
from kit.ids import new_id
from kit.money import Currency

ONE: Final = Decimal(1)
COUNTED: Final = frozenset({PER_PROMOTION, PER_ATTRIBUTE, SPEND})


@dataclass(frozen=True, slots=True)
class PromotionUse:
    """One promotion that the cart's total counts on; `spent` is what it takes off by its own terms, exact."""

    promotion_id: str
    code: str
    limit: int | None
    used: int
    budget_id: str | None
    budget_type: str | None
    budget_limit: Decimal | None
    budget_used: Decimal
    attribute_value: str | None
    spent: Decimal
    currency_code: str
    digits: int | None  # of the currency; None where the cart is not rounded
    drawn: Decimal = ONE  # from the budget: a use, or money


class UsedUp(CommerceError):  # noqa: N818 - a refusal, named as it reads
    """The refusal of a promotion that others have used up; nothing was written."""

    def __init__(self, code: str) -> None:
        super().__init__(
            "not_allowed", f"The promotion {code} has been used up. Review the cart and pay the new total."
        )


async def lock_uses(session: AsyncSession, cart_id: str) -> list[PromotionUse]:
    """Lock the cart's promotions and budgets, in this order and by id, and return the uses that they still allow.

    Errors, before anything is written: `UsedUp`.
    """
    if not await run(session, _LOCK, cart_id):
        return []
    await run(session, _LOCK_BUDGETS, cart_id)
    taken: list[PromotionUse] = []
    used: dict[tuple[str | None, str | None], Decimal] = {}
    for use in [PromotionUse(*tuple(row)) for row in await run(session, _USES, cart_id)]:
        if use.limit is not None and use.used >= use.limit:
            raise UsedUp(use.code)
        budget = (use.budget_id, use.attribute_value)
        before = used.get(budget, use.budget_used)
        drawn = _drawn(use, None if use.budget_limit is None else use.budget_limit - before)
        used[budget] = before + drawn
        taken.append(replace(use, drawn=drawn))
    return taken


def _drawn(use: PromotionUse, rest: Decimal | None) -> Decimal:
    """Return what a use draws from its budget, of which `rest` is left; raises `UsedUp`.

    Money is counted by the promotion's own terms, as the cart's discounts are held against the budget: by what is
    published, which on a price with tax may be a cent more, the last cart would be refused for ever.
    """
    is_spent = use.budget_type == SPEND
    needed = use.spent if is_spent else ONE
    if rest is not None and use.budget_type in COUNTED and needed > rest + NEGLIGIBLE:
        raise UsedUp(use.code)
    if is_spent and use.digits is not None:
        needed = rho(needed, Currency(use.currency_code, use.digits).unit)
    return needed if rest is None or use.budget_type not in COUNTED else min(needed, rest)


async def take_uses(session: AsyncSession, order_id: str, uses: Sequence[PromotionUse]) -> None:
    """Count the locked uses for a planned order, in one statement; a promotion without limit counts none."""
    if not uses:
        return
    await run(
        session,
        _TAKE,
        order_id,
        [use.promotion_id for use in uses],
        [use.budget_id for use in uses],
        [use.attribute_value if use.budget_type == PER_ATTRIBUTE else None for use in uses],
        [use.drawn for use in uses],
        [new_id("probudgus") for _ in uses],
    )


async def give_back_uses(session: AsyncSession, *order_ids: str) -> None:
    """Give back what planned or cancelled orders counted; nothing of those where that was done before."""
    if await run(session, _LOCK_TAKEN, order_ids):
        await run(session, _LOCK_DRAWN, order_ids)
        await run(session, _GIVE_BACK, order_ids)


_OF_CART: Final = "p.id IN (SELECT promotion_id FROM cart_promotion WHERE cart_id = $1)"
_LOCK: Final = f"SELECT p.id FROM promotion p WHERE {_OF_CART} ORDER BY p.id FOR NO KEY UPDATE"
_LOCK_BUDGETS: Final = f"""SELECT b.id FROM promotion_campaign_budget b
  WHERE b.deleted_at IS NULL AND b.campaign_id IN (
    SELECT p.campaign_id FROM promotion p WHERE {_OF_CART}) ORDER BY b.id FOR NO KEY UPDATE"""
_USES: Final = f"""
SELECT p.id, p.code, p."limit", p.used, b.id, b.type, b."limit",
  CASE WHEN b.type = 'use_by_attribute' THEN coalesce((SELECT u.used FROM promotion_campaign_budget_usage u
    WHERE u.budget_id = b.id AND u.attribute_value = x.attribute_value), 0) ELSE coalesce(b.used, 0) END,
  x.attribute_value,
  coalesce((SELECT sum(coalesce(a.exact, a.amount))
    FROM cart_line_item_adjustment a JOIN cart_line_item i ON i.id = a.item_id
    WHERE i.cart_id = c.id AND i.deleted_at IS NULL AND a.promotion_id = p.id), 0)
  + coalesce((SELECT sum(coalesce(a.exact, a.amount))
    FROM cart_shipping_method_adjustment a JOIN cart_shipping_method m ON m.id = a.shipping_method_id
    WHERE m.cart_id = c.id AND m.deleted_at IS NULL AND a.promotion_id = p.id), 0),
  c.currency_code,
  CASE WHEN c.rounding <> 'none' THEN (SELECT decimal_digits FROM currency WHERE code = c.currency_code) END
FROM cart c JOIN promotion p ON {_OF_CART}
LEFT JOIN promotion_campaign_budget b ON b.campaign_id = p.campaign_id AND b.deleted_at IS NULL
CROSS JOIN LATERAL (SELECT CASE b.attribute WHEN 'customer_id' THEN c.customer_id
  WHEN 'customer_email' THEN c.email END AS attribute_value) x
WHERE c.id = $1 ORDER BY p.id
"""
_TAKE: Final = """
WITH x AS (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[])
  AS x(promotion_id, budget_id, attribute_value, drawn, usage_id)),
promotions AS (UPDATE promotion p SET used = p.used + 1, updated_at = now() FROM x
  WHERE p.id = x.promotion_id AND p."limit" IS NOT NULL),
budgets AS (UPDATE promotion_campaign_budget b SET used = b.used + d.drawn, updated_at = now()
  FROM (SELECT budget_id, sum(drawn) AS drawn FROM x WHERE attribute_value IS NULL GROUP BY 1) d
  WHERE b.id = d.budget_id),
usages AS (INSERT INTO promotion_campaign_budget_usage (id, budget_id, attribute_value, used)
  SELECT min(usage_id), budget_id, attribute_value, sum(drawn) FROM x
  WHERE attribute_value IS NOT NULL AND budget_id IS NOT NULL GROUP BY 2, 3
  ON CONFLICT (budget_id, attribute_value) DO UPDATE
  SET used = promotion_campaign_budget_usage.used + excluded.used, updated_at = now())
INSERT INTO order_promotion (order_id, promotion_id, budget_id, attribute_value, spent)
SELECT $1, promotion_id, budget_id, attribute_value, drawn FROM x
ON CONFLICT (order_id, promotion_id) DO UPDATE SET budget_id = excluded.budget_id, spent = excluded.spent,
  attribute_value = excluded.attribute_value, returned_at = NULL
"""
_TAKEN: Final = "FROM order_promotion WHERE order_id = ANY($1::text[]) AND returned_at IS NULL"
_LOCK_TAKEN: Final = f"""SELECT p.id FROM promotion p WHERE p.id IN (SELECT promotion_id {_TAKEN})
  ORDER BY p.id FOR NO KEY UPDATE"""
_LOCK_DRAWN: Final = f"""SELECT b.id FROM promotion_campaign_budget b WHERE b.id IN (SELECT budget_id {_TAKEN})
  ORDER BY b.id FOR NO KEY UPDATE"""
_GIVE_BACK: Final = """
WITH x AS (UPDATE order_promotion SET returned_at = now() WHERE order_id = ANY($1::text[]) AND returned_at IS NULL
  RETURNING promotion_id, budget_id, attribute_value, spent),
promotions AS (UPDATE promotion p SET used = greatest(p.used - d.uses, 0), updated_at = now()
  FROM (SELECT promotion_id, count(*) AS uses FROM x GROUP BY 1) d
  WHERE p.id = d.promotion_id AND p."limit" IS NOT NULL),
usages AS (UPDATE promotion_campaign_budget_usage u SET used = u.used - d.spent, updated_at = now()
  FROM (SELECT budget_id, attribute_value, sum(spent) AS spent FROM x WHERE attribute_value IS NOT NULL GROUP BY 1, 2) d
  WHERE u.budget_id = d.budget_id AND u.attribute_value = d.attribute_value)
UPDATE promotion_campaign_budget b SET used = b.used - d.spent, updated_at = now()
FROM (SELECT budget_id, sum(spent) AS spent FROM x WHERE attribute_value IS NULL GROUP BY 1) d
WHERE b.id = d.budget_id
"""
