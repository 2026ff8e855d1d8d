"""The commit in which a checkout becomes an order (docs/checkout.md: place)."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Claim, Outcome, ordered
from commerce.checkout.rules import may_place
from kit.db import one, run
from kit.errors import CommerceError
from kit.outbox import emit
from operations.hand_over_checkout import decided_elsewhere
from operations.record_payment import Paid, consume_session, link_collection, record_payment
from operations.take_lock import take_lock
from operations.write_order import PlannedOrder, write_order


async def place_order(session: AsyncSession, claim: Claim, word: Paid) -> Outcome:
    """Place the order of an attempt that is open and mine, for the cart as it was begun.

    Returns the cart's order, or `undecided` when the attempt is no longer mine: then whoever has it decides. Errors:
    unexpected_state when the provider's word is not enough for an order; nothing was written.
    """
    await take_lock(session, claim.cart_id)
    attempt = await one(session, _CLAIM, claim.attempt_id, claim.run_id)
    if attempt is None:
        return await decided_elsewhere(session, claim.cart_id)
    await write_placed_order(session, attempt, word)
    return ordered(attempt.session_id, attempt.planned_order_id)


async def write_placed_order(session: AsyncSession, attempt: Row[Any], word: Paid) -> None:
    """Write the order of an attempt whose state is `placed` in this transaction, with its money and its events."""
    session_id, order_id = attempt.session_id, attempt.planned_order_id
    lines = json.loads(attempt.planned_lines)
    if session_id is not None and not may_place(word.status, word.held, word.captured, attempt.amount):
        raise CommerceError(
            "unexpected_state", f"{word.status} of {word.held + word.captured} cannot pay {attempt.amount}"
        )
    await write_order(session, PlannedOrder(order_id, attempt.cart_id, lines, word.captured))
    if session_id is None:
        await link_collection(session, attempt.cart_id, order_id)
    else:
        await consume_session(session, session_id, order_id, attempt.amount, word)
        await record_payment(session, session_id, order_id, word)
    reserved = await run(session, _RESERVED, list(lines.values()))
    await emit(
        session,
        ("order.placed", {"id": order_id}),
        *[("reservation-item.created", {"id": row.id, "order_id": order_id}) for row in reserved],
    )


_CLAIM: Final = """
UPDATE checkout_attempt a SET state = 'placed', updated_at = now(),
  outcome = jsonb_strip_nulls(jsonb_build_object('kind', 'order', 'session_id', a.session_id,
    'order_id', a.planned_order_id))
FROM cart c
WHERE a.id = $1 AND a.state = 'open' AND a.run_id = $2 AND c.id = a.cart_id AND c.version = a.cart_version
  AND c.completed_at IS NULL
RETURNING a.cart_id, a.session_id, a.amount, a.planned_order_id, a.planned_lines::text
"""
_RESERVED: Final = "SELECT id FROM reservation_item WHERE line_item_id = ANY($1::text[]) ORDER BY id"
