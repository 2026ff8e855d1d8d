"""A person saw what a payment asked for, and says so: the words go, the facts stay in the timeline."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from kit.outbox import emit
from operations.lock_payment import lock_payment


async def acknowledge_payment(session: AsyncSession, payment_id: str, actor_id: str | None) -> str:
    """Clear the attention of a payment, of what failed of it, and of its disputes. Errors: `not_found`.

    What a parked workflow waits for is not touched: only its answer ends it.
    """
    await lock_payment(session, payment_id)
    for statement in _CLEAR:
        await run(session, statement, payment_id)
    await emit(session, ("payment.acknowledged", {"id": payment_id, "actor_id": actor_id}))
    return payment_id


# Of captures and refunds only those that are over: a pending one's words are its workflow's.
_CLEAR: Final = (
    "UPDATE payment SET attention = NULL WHERE id = $1 AND (canceling_at IS NULL OR canceled_at IS NOT NULL)",
    "UPDATE capture SET attention = NULL WHERE payment_id = $1 AND state = 'failed'",
    "UPDATE refund SET attention = NULL WHERE payment_id = $1 AND state = 'failed'",
    "UPDATE payment_dispute SET attention = NULL WHERE payment_id = $1",
)
