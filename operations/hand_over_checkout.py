"""Hand a checkout over to resolve-session: the cart is free again, and somebody asks the provider until it is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Claim, Outcome, ordered, undecided
from kit.db import run, value
from kit.outbox import emit
from operations.claim_promotions import give_back_uses
from operations.reserve_stock import unreserve
from operations.take_lock import take_lock


async def hand_over_checkout(session: AsyncSession, claim: Claim) -> Outcome:
    """Hand my open attempt over; returns the cart's order when there is one after all, else `undecided`."""
    await take_lock(session, claim.cart_id)
    await hand_over(session, claim.attempt_id, run_id=claim.run_id)
    return await decided_elsewhere(session, claim.cart_id)


async def decided_elsewhere(session: AsyncSession, cart_id: str) -> Outcome:
    """Return what can be said of a checkout that is not mine to decide: the cart's order, or `undecided`."""
    order_id = await value(session, 'SELECT id FROM "order" WHERE cart_id = $1', cart_id)
    return undecided(None) if order_id is None else ordered(None, order_id)


async def hand_over(session: AsyncSession, attempt_id: str, *, run_id: str | None) -> bool:
    """Hand the open attempt over, under the cart's lock; False when it is not open, or neither mine nor overdue.

    `run_id` is the owner's; None for whoever found it past its deadline. A free order has no money to ask about, so
    its attempt ends refused.
    """
    return await hand_over_all(session, [attempt_id], run_id=run_id) > 0


async def hand_over_all(session: AsyncSession, attempt_ids: Sequence[str], *, run_id: str | None) -> int:
    """Hand attempts over as `hand_over` does, under the locks of all their carts, and return how many it was.

    What they hold goes back together, promotions before stock as `begin` locks them: attempt by attempt, the second
    one's promotions would come after the first one's stock, and meet a checkout that goes the other way.
    """
    rows = await run(session, _HAND_OVER, attempt_ids, run_id, json.dumps(undecided(None).as_json()))
    if rows:
        await give_back_uses(session, *[row.planned_order_id for row in rows])
        await unreserve(session, [line for row in rows for line in row.lines])
    asked = [row.session_id for row in rows if row.session_id is not None]
    await emit(session, *[("start.resolve-session", {"session_id": id_}) for id_ in asked])
    return len(rows)


_HAND_OVER: Final = """
UPDATE checkout_attempt SET updated_at = now(),
  state = CASE WHEN session_id IS NULL THEN 'refused' ELSE 'handed_over' END,
  outcome = $3::jsonb || jsonb_strip_nulls(jsonb_build_object('session_id', session_id))
WHERE id = ANY($1::text[]) AND state = 'open' AND (run_id = $2 OR ($2::text IS NULL AND deadline < clock_timestamp()))
RETURNING session_id, planned_order_id, ARRAY(SELECT value FROM jsonb_each_text(planned_lines)) AS lines
"""
