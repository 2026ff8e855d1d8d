"""Money has come for a session of an order's own collection: no cart decides about it, so the order has it at once."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.rules import PLACING
from commerce.payment.models import SessionFate
from kit.db import one, run
from kit.decimals import EXACT, ZERO
from kit.outbox import emit, tell
from operations.derive_summary import derive_summary
from operations.record_payment import Paid, consume_session, record_payment


async def lock_order_session(session: AsyncSession, session_id: str) -> Row[Any] | None:
    """Lock the order and the collection of a session that no cart pays by, and return it; None for a cart's session."""
    await run(session, _LOCK_ORDER, session_id)
    await run(session, _LOCK_COLLECTION, session_id)
    return await one(session, _FACTS, session_id)


async def pay_collection(session: AsyncSession, facts: Row[Any], word: Paid) -> bool:
    """Give the session's money to its order, once; False when the session is not open for just this money."""
    there = EXACT.add(word.held, word.captured)
    if facts.fate != SessionFate.OPEN or word.status not in PLACING or there != facts.amount or there <= ZERO:
        return False
    await consume_session(session, facts.session_id, facts.order_id, facts.amount, word)
    payment_id = await record_payment(session, facts.session_id, facts.order_id, word)
    await derive_summary(session, facts.order_id)
    if word.captured > ZERO:
        await tell(session, "payment.captured", payment_id)
    return True


async def refuse_order_session(session: AsyncSession, session_id: str, status: str | None) -> None:
    """Record a decline: the status that the provider returned, or with None that it raised one, the next key.

    A raised decline is proof that nothing was done, and its key would only repeat it.
    """
    if await lock_order_session(session, session_id) is not None:
        await run(session, _REFUSE, session_id, status)


async def let_go_of_order_session(session: AsyncSession, session_id: str) -> bool:
    """Give the session up, because a person says so: whatever is held is let go; False when it is not open."""
    await lock_order_session(session, session_id)
    if await one(session, _LET_GO, session_id) is None:
        return False
    await emit(session, ("start.release-session", {"session_id": session_id}))
    return True


_OF: Final = """
FROM payment_session s JOIN payment_collection c ON c.id = s.payment_collection_id
WHERE s.id = $1 AND c.cart_id IS NULL AND c.order_id IS NOT NULL
"""
_LOCK_ORDER: Final = f'SELECT FROM "order" WHERE id = (SELECT c.order_id {_OF}) FOR NO KEY UPDATE'
_LOCK_COLLECTION: Final = f"SELECT FROM payment_collection WHERE id = (SELECT c.id {_OF}) FOR NO KEY UPDATE"
_FACTS: Final = f"SELECT s.id AS session_id, s.fate, s.amount, c.order_id {_OF}"
_REFUSE: Final = """
UPDATE payment_session SET status = coalesce($2, status), updated_at = now(),
  key_number = key_number + CASE WHEN $2::text IS NULL THEN 1 ELSE 0 END
WHERE id = $1 AND fate = 'open'
"""
_LET_GO: Final = """
UPDATE payment_session SET fate = 'releasing', released_because = 'declined', updated_at = now()
WHERE id = $1 AND fate = 'open' AND order_id IS NULL RETURNING id
"""
