"""Forget what is over: sessions, reset tokens, buckets of attempts that are full again."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import value

PURGED_AT_ONCE: Final = 1000
_OVER: Final = {
    "auth_session": ("id", "expires_at"),
    "reset_token": ("jti", "expires_at"),
    "throttle": ("key", "full_at"),
}


async def purge_expired(session: AsyncSession) -> int:
    """Delete at most 1000 rows of each kind, and return how many; a row that is used just now is skipped."""
    purged = 0
    for table, (key, over_at) in _OVER.items():
        purged += await value(
            session,
            f"""WITH old AS (SELECT {key} FROM {table} WHERE {over_at} < now()
              ORDER BY {over_at} LIMIT $1 FOR UPDATE SKIP LOCKED),
            gone AS (DELETE FROM {table} t USING old WHERE t.{key} = old.{key} RETURNING 1)
            SELECT count(*) FROM gone""",
            PURGED_AT_ONCE,
        )
    return purged
