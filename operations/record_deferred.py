"""Money that was only promised when the order was placed has come, or will not (contract section 13)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.models import SessionStatus
from kit.db import one, run
from kit.decimals import ZERO
from kit.outbox import emit, tell
from operations.derive_summary import derive_summary
from operations.record_payment import Paid, record_payment

FAILED: Final = "The payment that was promised for this order did not come: ask for payment anew, or cancel the order."
ENDED: Final = frozenset({SessionStatus.ERROR, SessionStatus.CANCELED})


async def record_deferred(session: AsyncSession, session_id: str, word: Paid, data: Mapping[str, Any]) -> bool:
    """Write the payment of an order whose session was consumed on a promise; False when nothing came of it yet.

    Safe to repeat: the payment is written once. A promise that ended is told by an event, and a person sees it on the
    session.
    """
    await run(session, _LOCK_ORDER, session_id)
    row = await one(session, _WAITING, session_id)
    if row is None:
        return False
    if word.held + word.captured <= ZERO:
        if word.status in ENDED and row.status not in ENDED:
            await run(session, _FAILED, session_id, word.status, FAILED)
            await emit(session, ("payment.authorization_failed", {"id": session_id, "order_id": row.order_id}))
        return False
    await run(session, _CAME, session_id, word.status, json.dumps(data))
    payment_id = await record_payment(session, session_id, row.order_id, word)
    await derive_summary(session, row.order_id)
    if word.captured > ZERO:
        await tell(session, "payment.captured", payment_id)
    return True


_LOCK_ORDER: Final = """
SELECT FROM "order" WHERE id = (SELECT order_id FROM payment_session WHERE id = $1) FOR NO KEY UPDATE
"""
_WAITING: Final = """
SELECT s.order_id, s.status FROM payment_session s
WHERE s.id = $1 AND s.fate = 'consumed' AND NOT EXISTS (SELECT FROM payment p WHERE p.payment_session_id = s.id)
"""
_FAILED: Final = "UPDATE payment_session SET status = $2, attention = $3, updated_at = now() WHERE id = $1"
_CAME: Final = """
UPDATE payment_session SET status = $2, data = $3::jsonb, attention = NULL, updated_at = now(),
  authorized_at = coalesce(authorized_at, now())
WHERE id = $1
"""
