"""End a payment session whose amount is no longer the cart's (docs/checkout.md: supersede)."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from kit.errors import BUSY, conflict
from kit.outbox import emit


async def supersede_session(session: AsyncSession, collection_id: str) -> None:
    """Supersede the collection's open session and ask for its release; the caller holds the cart's lock.

    A session that is still being created is let go when it settles, since it settles only for the cart's own version.
    Errors: conflict while a checkout runs on the session, whose money may be on its way.
    """
    rows = await run(session, _SUPERSEDE, collection_id)
    if any(row.is_busy for row in rows):
        raise conflict(BUSY)
    await emit(session, *[("start.release-session", {"session_id": row.id}) for row in rows])


_SUPERSEDE: Final = """
UPDATE payment_session s SET fate = 'superseded', updated_at = now(), released_because = 'superseded'
WHERE s.payment_collection_id = $1 AND s.fate = 'open'
RETURNING s.id, EXISTS (SELECT FROM checkout_attempt a WHERE a.session_id = s.id AND a.state = 'open') AS is_busy
"""
