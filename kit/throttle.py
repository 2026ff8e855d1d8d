"""Throttling: buckets of attempts in PostgreSQL, so that several API processes count together (promise 27)."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import run
from kit.limits import Limit
from kit.tables import Base


class Bucket(Base):
    """Attempts of one caller at one door; a bucket that is full again is as good as none.

    Unlogged: a crash forgets the counts, and no attempt waits for the disk.
    """

    __tablename__ = "throttle"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy reads it once

    key: Mapped[str] = mapped_column(primary_key=True)
    full_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Take:
    """Attempts out of one bucket, `count` of them."""

    key: str
    limit: Limit
    count: int = 1

    @property
    def cost(self) -> float:
        """The seconds after which they are back."""
        return self.count * self.limit.seconds / self.limit.attempts


def bucket_key(door: str, kind: str, value: str) -> str:
    """Return the bucket of an address or identity: hashed, so that the table names nobody."""
    return f"{door}:{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"


async def take(on: AsyncConnection, takes: Sequence[Take]) -> int:
    """Take an attempt out of every bucket, by one statement; 0, or the seconds until it may be tried again.

    When one bucket is empty the others get theirs back: who is refused at one address cannot lock others out.
    """
    rows = await run(on, _TAKE, [t.key for t in takes], [t.cost for t in takes], [t.limit.seconds for t in takes])
    waits: dict[str, float] = {row.key: row.wait for row in rows}
    if not waits:
        return 0
    await give_back(on, [t for t in takes if t.key not in waits])
    return max(1, *(math.ceil(wait) for wait in waits.values()))


async def give_back(on: AsyncConnection, takes: Sequence[Take]) -> None:
    """Put an attempt back that does not count after all."""
    if takes:
        await run(on, _GIVE_BACK, [t.key for t in takes], [t.cost for t in takes])


_TAKE: Final = """
WITH asked AS MATERIALIZED (
  SELECT a.key, a.cost * interval '1 second' AS cost, a.span * interval '1 second' AS span
  FROM unnest($1::text[], $2::float8[], $3::float8[]) AS a(key, cost, span)),
taken AS (
  INSERT INTO throttle AS t (key, full_at) SELECT key, now() + cost FROM asked WHERE cost <= span ORDER BY key
  ON CONFLICT (key) DO UPDATE SET full_at = greatest(t.full_at, now()) + (excluded.full_at - now())
  WHERE greatest(t.full_at, now()) + (excluded.full_at - now())
    <= now() + (SELECT a.span FROM asked a WHERE a.key = excluded.key)
  RETURNING key)
SELECT a.key, extract(epoch FROM coalesce(t.full_at - now() + a.cost - a.span, a.cost))::float8 AS wait
FROM asked a LEFT JOIN throttle t ON t.key = a.key WHERE a.key NOT IN (SELECT key FROM taken)
"""
# Locked in the order in which they are taken, or a taker and a giver would wait for each other.
_GIVE_BACK: Final = """
WITH held AS MATERIALIZED (SELECT key FROM throttle WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE)
UPDATE throttle t SET full_at = t.full_at - a.cost * interval '1 second'
FROM held JOIN unnest($1::text[], $2::float8[]) AS a(key, cost) ON a.key = held.key WHERE t.key = held.key
"""
