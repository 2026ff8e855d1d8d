"""Show on a row that a workflow waits for a person, or that it no longer does."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import value
from kit.errors import invalid_data

# The legal targets. A row that is gone is no error: nobody can be shown anything there.
_UPDATE: Final = {
    "order": 'UPDATE "order" SET attention = $2 WHERE id = $1 RETURNING id',
    "payment": "UPDATE payment SET attention = $2 WHERE id = $1 RETURNING id",
    "capture": "UPDATE capture SET attention = $2 WHERE id = $1 RETURNING id",
    "refund": "UPDATE refund SET attention = $2 WHERE id = $1 RETURNING id",
    "payment_session": "UPDATE payment_session SET attention = $2 WHERE id = $1 RETURNING id",
}


async def mark_attention(session: AsyncSession, kind: str, id_: str, reason: str | None) -> bool:
    """Write `reason` (None: nothing waits) on the row and tell whether it exists; `invalid_data` for another kind."""
    if kind not in _UPDATE:
        raise invalid_data(f"Nothing can wait for attention on a {kind}.")
    return await value(session, _UPDATE[kind], id_, reason) is not None
