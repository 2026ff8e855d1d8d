"""Count the uses of a checkout's promotions against their limits and budgets, and give them back (promise 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.promotion.eligibility import PER_ATTRIBUTE, PER_PROMOTION, SPEND
from kit.db import run
from kit.decimals import drop_tail, settle
from kit.errors import CommerceError, not_allowed
from kit.ids import new_id


@dataclass(frozen=True, slots=True)
class PromotionUse:
    """One promotion that the cart's total counts on; `spent` is what it takes off exactly, in major units."""

    promotion_id: str
    code: str
    limit: int | None
    used: int
    budget_id: str | None
    budget_type: str | None
    budget_limit: Decimal | None
    budget_used: Decimal
    attribute: str | None
    attribute_value: str | None
    spent: Decimal

    @property
    def drawn(self) -> Decimal:
        """What it draws from its budget; money is counted before rounding, as the cart's own check counts it."""
        return drop_tail(self.spent) if self.budget_type == SPEND else Decimal(1)


async def lock_uses(session: AsyncSession, cart_id: str) -> list[PromotionUse]:
    """Lock the cart's promotions and budgets, in this order and by id, and return the uses that they still allow.

    Errors, before anything is written: not_allowed when one of them is used up.
    """
    if not await run(session, _LOCK, cart_id):
        return []
    await run(session, _LOCK_BUDGETS, cart_id)
    uses: list[PromotionUse] = []
    drawn: dict[tuple[str, str | None], Decimal] = {}
    for use in [PromotionUse(*tuple(row)) for row in await run(session, _USES, cart_id)]:
        if use.limit is not None and use.used >= use.limit:
            raise _used_up(use.code)
        uses.append(_within_budget(use, drawn))
    return uses


def _within_budget(use: PromotionUse, drawn: dict[tuple[str, str | None], Decimal]) -> PromotionUse:
    """Count a use with those that the cart has `drawn` from the same budget; not_allowed beyond its limit."""
    if use.budget_id is None or use.budget_limit is None:
        return use
    key = (use.budget_id, use.attribute_value)
    before = drawn.get(key, use.budget_used)
    rest = use.budget_limit - before
    if use.budget_type in {PER_PROMOTION, PER_ATTRIBUTE, SPEND} and settle(use.drawn - rest) > 0:
        raise _used_up(use.code)
    if use.budget_type == SPEND:
        use = replace(use, spent=min(use.drawn, rest))  # thirds of three promotions may pass it by their last digit
    drawn[key] = before + use.drawn
    return use


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


async def give_back_uses(session: AsyncSession, order_id: str) -> None:
    """Give back what a planned or cancelled order counted; nothing when that was done before."""
    if await run(session, _LOCK_TAKEN, order_id):
        await run(session, _GIVE_BACK, order_id)


def _used_up(code: str) -> CommerceError:
    return not_allowed(f"The promotion {code} has been used up. Review the cart and pay the new total.")


_OF_CART: Final = "p.id IN (SELECT promotion_id FROM cart_promotion WHERE cart_id = $1)"
_LOCK: Final = f"SELECT p.id FROM promotion p WHERE {_OF_CART} ORDER BY p.id FOR UPDATE"
_LOCK_BUDGETS: Final = f"""SELECT b.id FROM promotion_campaign_budget b
  WHERE b.deleted_at IS NULL AND b.campaign_id IN (
    SELECT p.campaign_id FROM promotion p WHERE {_OF_CART}) ORDER BY b.id FOR UPDATE"""
_USES: Final = f"""
SELECT p.id, p.code, p."limit", p.used, b.id, b.type, b."limit",
  CASE WHEN b.type = 'use_by_attribute' THEN coalesce((SELECT u.used FROM promotion_campaign_budget_usage u
    WHERE u.budget_id = b.id AND u.attribute_value = x.attribute_value), 0) ELSE coalesce(b.used, 0) END,
  b.attribute, x.attribute_value,
  coalesce((SELECT sum(coalesce(a.exact, a.amount)) FROM cart_line_item_adjustment a
    JOIN cart_line_item i ON i.id = a.item_id
    WHERE i.cart_id = c.id AND i.deleted_at IS NULL AND a.promotion_id = p.id), 0)
  + coalesce((SELECT sum(coalesce(a.exact, a.amount)) FROM cart_shipping_method_adjustment a
    JOIN cart_shipping_method m ON m.id = a.shipping_method_id
    WHERE m.cart_id = c.id AND m.deleted_at IS NULL AND a.promotion_id = p.id), 0)
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
_LOCK_TAKEN: Final = """
WITH p AS (SELECT p.id FROM promotion p WHERE p.id IN (
  SELECT promotion_id FROM order_promotion WHERE order_id = $1 AND returned_at IS NULL) ORDER BY p.id FOR UPDATE)
SELECT b.id FROM p LEFT JOIN order_promotion o ON o.promotion_id = p.id AND o.order_id = $1
LEFT JOIN promotion_campaign_budget b ON b.id = o.budget_id
"""
_GIVE_BACK: Final = """
WITH x AS (UPDATE order_promotion SET returned_at = now() WHERE order_id = $1 AND returned_at IS NULL
  RETURNING promotion_id, budget_id, attribute_value, spent),
promotions AS (UPDATE promotion p SET used = p.used - 1, updated_at = now() FROM x
  WHERE p.id = x.promotion_id AND p."limit" IS NOT NULL AND p.used > 0),
usages AS (UPDATE promotion_campaign_budget_usage u SET used = u.used - d.spent, updated_at = now()
  FROM (SELECT budget_id, attribute_value, sum(spent) AS spent FROM x WHERE attribute_value IS NOT NULL GROUP BY 1, 2) d
  WHERE u.budget_id = d.budget_id AND u.attribute_value = d.attribute_value)
UPDATE promotion_campaign_budget b SET used = b.used - d.spent, updated_at = now()
FROM (SELECT budget_id, sum(spent) AS spent FROM x WHERE attribute_value IS NULL GROUP BY 1) d
WHERE b.id = d.budget_id
"""
