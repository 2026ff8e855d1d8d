"""Forget the idempotency keys that are over."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.db import value
from kit.idempotency import KEPT

PURGED_AT_ONCE: Final = 1000


async def purge_idempotency_keys(session: AsyncSession) -> int:
    """Delete keys older than a day, at most 1000, and return how many; one that is replaced just now is skipped."""
    purged: int = await value(
        session,
        "WITH old AS (SELECT scope, key FROM idempotency_key WHERE created_at <= $1"
        " ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED),"
        " purged AS (DELETE FROM idempotency_key k USING old"
        " WHERE k.scope = old.scope AND k.key = old.key RETURNING 1) SELECT count(*) FROM purged",
        clock.now() - KEPT,
        PURGED_AT_ONCE,
    )
    return purged
