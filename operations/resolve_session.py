"""What the provider's answer about a session leads to (docs/checkout.md: resolve, money on released)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.rules import may_place
from commerce.payment.models import SessionFate
from commerce.payment.port import Holding
from kit.db import one, run
from kit.errors import CommerceError
from kit.outbox import emit
from operations.claim_promotions import lock_uses, take_uses
from operations.pay_collection import lock_order_session, pay_collection
from operations.place_order import write_placed_order
from operations.record_payment import Paid
from operations.reserve_stock import reserve
from operations.take_lock import take_lock_of_session


class Resolved(StrEnum):
    """What became of the question."""

    PLACED = "placed"  # the handed-over attempt is an order
    ABANDONED = "abandoned"  # the handed-over attempt is given up, its money is being let go
    COMPLETING = "completing"  # money is there and nobody tried yet: complete-cart was asked for
    PAID = "paid"  # the session was of an order's own collection, which is paid by it now
    RELEASING = "releasing"  # money is let go, or the session ended at the provider
    NOTHING = "nothing"  # nothing to do


@dataclass(frozen=True, slots=True)
class Answer:
    """The provider's answer: what it holds, with the status it would answer to `authorise`."""

    holding: Holding
    word: Paid

    @property
    def is_money_there(self) -> bool:
        """Tell whether the provider holds or took money."""
        return self.holding in (Holding.HELD, Holding.CAPTURED)


async def resolve_session(session: AsyncSession, session_id: str, answer: Answer) -> Resolved:
    """Decide, in one commit, with the provider's answer in hand; safe to repeat."""
    facts = await _lock(session, session_id)
    if facts is None:
        return await _resolve_order_session(session, session_id, answer)
    if facts.fate == SessionFate.CONSUMED:
        return Resolved.NOTHING
    if facts.attempt_id is not None:
        return await _resolve_attempt(session, facts, answer)
    return await _resolve_idle(session, facts, answer)


async def abandon_session(session: AsyncSession, session_id: str) -> Resolved:
    """Give the handed-over attempt up, because a person says so: its money is let go, whatever it is."""
    facts = await _lock(session, session_id)
    if facts is None or facts.attempt_id is None:
        return Resolved.NOTHING
    return await _abandon(session, facts, is_money_there=False)


async def _lock(session: AsyncSession, session_id: str) -> Row[Any] | None:
    if not await take_lock_of_session(session, session_id):
        return None
    return await one(session, _FACTS, session_id)


async def _resolve_attempt(session: AsyncSession, facts: Row[Any], answer: Answer) -> Resolved:
    word = answer.word
    if _may_become_order(facts, word) and await _reserve_again(session, facts):
        attempt = await one(session, _PLACE, facts.attempt_id)
        if attempt is None:  # the cart's lock is ours, so nobody can have moved it
            raise CommerceError("unexpected_state", f"Attempt {facts.attempt_id} moved under its lock")
        await write_placed_order(session, attempt, word)
        return Resolved.PLACED
    return await _abandon(session, facts, is_money_there=answer.is_money_there)


async def _abandon(session: AsyncSession, facts: Row[Any], *, is_money_there: bool) -> Resolved:
    await run(session, _ABANDON, facts.attempt_id)
    if facts.fate != SessionFate.RELEASED or is_money_there:
        await _release(session, facts.session_id, "checkout_abandoned")
    return Resolved.ABANDONED


def _may_become_order(facts: Row[Any], word: Paid) -> bool:
    """Tell whether everything is still as it was begun: then the shopper gets the order, else the money back."""
    is_same = facts.version == facts.attempt_version and facts.completed_at is None and not facts.is_busy
    is_paid = may_place(word.status, word.held, word.captured, facts.attempt_amount)
    return is_same and is_paid and facts.fate == SessionFate.OPEN


async def _reserve_again(session: AsyncSession, facts: Row[Any]) -> bool:
    try:
        uses = await lock_uses(session, facts.cart_id)
        await reserve(session, facts.cart_id, facts.sales_channel_id, json.loads(facts.planned_lines))
    except CommerceError:  # sold out or used up meanwhile; raised before anything was written
        return False
    await take_uses(session, facts.planned_order_id, uses)
    return True


async def _resolve_idle(session: AsyncSession, facts: Row[Any], answer: Answer) -> Resolved:
    """Decide about a session that no handed-over attempt waits for: asked for by a webhook or the sweep."""
    word = answer.word
    if facts.fate == SessionFate.OPEN:
        if may_place(word.status, word.held, word.captured, facts.amount):
            await emit(session, ("start.complete-cart", {"cart_id": facts.cart_id}))
            return Resolved.COMPLETING
        # It ended at the provider, or holds another amount than ours, which no order can use.
        if answer.holding is Holding.RELEASED or answer.is_money_there:
            why = "amount_differs" if answer.is_money_there else "ended_at_provider"
            return await _release(session, facts.session_id, why)
    if facts.fate == SessionFate.RELEASED and answer.is_money_there:
        return await _release(session, facts.session_id, "came_too_late")
    return Resolved.NOTHING


async def _resolve_order_session(session: AsyncSession, session_id: str, answer: Answer) -> Resolved:
    """Decide about a session that an admin opened for an order: the order has its money, or it is let go."""
    facts = await lock_order_session(session, session_id)
    if facts is None:  # its collection was deleted, or its cart is gone: no order can have what came
        return await _release(session, session_id, "came_too_late") if answer.is_money_there else Resolved.NOTHING
    if facts.fate == SessionFate.CONSUMED:
        return Resolved.PAID  # asked again: the commit was made, and its answer was lost
    if await pay_collection(session, facts, answer.word):
        return Resolved.PAID
    if answer.is_money_there:
        why = "amount_differs" if facts.fate == SessionFate.OPEN else "came_too_late"
        return await _release(session, session_id, why)
    has_ended = facts.fate == SessionFate.OPEN and answer.holding is Holding.RELEASED
    return await _release(session, session_id, "ended_at_provider") if has_ended else Resolved.NOTHING


async def _release(session: AsyncSession, session_id: str, why: str) -> Resolved:
    row = await one(session, _RELEASE, session_id, why)
    if row is None:
        return Resolved.NOTHING
    await emit(session, ("start.release-session", {"session_id": session_id}))
    return Resolved.RELEASING


_FACTS: Final = """
SELECT s.id AS session_id, s.fate, s.amount, c.id AS cart_id, c.version, c.completed_at, c.sales_channel_id,
  a.id AS attempt_id, a.cart_version AS attempt_version, a.amount AS attempt_amount, a.planned_lines::text,
  a.planned_order_id,
  EXISTS (SELECT FROM checkout_attempt o WHERE o.cart_id = c.id AND o.state = 'open') AS is_busy
FROM payment_session s
JOIN payment_collection p ON p.id = s.payment_collection_id
JOIN cart c ON c.id = p.cart_id
LEFT JOIN checkout_attempt a ON a.session_id = s.id AND a.state = 'handed_over'
WHERE s.id = $1
"""
_PLACE: Final = """
UPDATE checkout_attempt SET state = 'placed', updated_at = now(),
  outcome = jsonb_build_object('kind', 'order', 'session_id', session_id, 'order_id', planned_order_id)
WHERE id = $1 AND state = 'handed_over'
RETURNING cart_id, session_id, amount, planned_order_id, planned_lines::text
"""
_ABANDON: Final = """
UPDATE checkout_attempt SET state = 'abandoned', updated_at = now() WHERE id = $1 AND state = 'handed_over'
"""
_RELEASE: Final = """
UPDATE payment_session SET fate = 'releasing', updated_at = now(),
  released_because = coalesce(released_because, $2)
WHERE id = $1 AND fate IN ('open', 'superseded', 'released') AND order_id IS NULL
RETURNING id
"""
