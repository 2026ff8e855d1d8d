"""`Idempotency-Key`: the same key and body give the same answer (design section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kit import clock
from kit.db import one, run, value
from kit.errors import CommerceError, conflict
from kit.tables import Base

KEPT: Final = timedelta(hours=24)
IN_FLIGHT: Final = "A request with this Idempotency-Key is still being processed. Try again in a moment."


class IdempotencyKey(Base):
    """An answered key; `scope` is actor, method and path. Kept for 24 h.

    An answer that holds a secret is kept as `resource_id`, what it was about, and never as `body`.
    """

    __tablename__ = "idempotency_key"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int | None]
    body: Mapped[str | None]
    resource_id: Mapped[str | None]
    workflow_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"), index=True)


@dataclass(frozen=True)
class Claim:
    """One use of a key: who may replay it (`scope`), the key itself, and what was asked (`fingerprint`)."""

    scope: str
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Answered:
    """What a key is known to have led to: an answer, or a workflow whose answer is still to come."""

    status: int | None
    body: str | None
    workflow_id: str | None
    resource_id: str | None = None


async def claim(session: AsyncSession, wanted: Claim) -> Answered | None:
    """Take the key until this transaction ends, and return what it already led to.

    Errors: `conflict` while another request with this key is being answered, `duplicate_error` when the key was
    used for something else.
    """
    lock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 0))"
    if not await value(session, lock, wanted.scope, wanted.key):
        raise conflict(IN_FLIGHT)
    # A statement of its own: it must see what the holder of the lock committed before letting go.
    return await _look_up(session, wanted)


async def remember(
    session: AsyncSession, answered: Claim, status: int, body: str | None, resource_id: str | None = None
) -> None:
    """Store the answer in the transaction that caused it; an expired use of the key is replaced.

    Without `body`, what `resource_id` names is shown again to a replay.
    """
    await run(
        session,
        """INSERT INTO idempotency_key AS k (scope, key, fingerprint, status, body, resource_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (scope, key) DO UPDATE SET
          fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
          resource_id = excluded.resource_id,
          workflow_id = CASE WHEN k.created_at > $8 THEN k.workflow_id END, created_at = excluded.created_at""",
        *(answered.scope, answered.key, answered.fingerprint, status, body, resource_id),
        *(clock.now(), clock.now() - KEPT),
    )


async def attach(
    session: AsyncSession, wanted: Claim, workflow_id: str, *, alone_for: timedelta | None = None
) -> Answered:
    """Commit to `workflow_id` as what the key starts, or return what an earlier request committed to.

    No lock: two requests with one key attach to one run. What cannot be attached to is done `alone_for` so long, unless
    it is answered or let go of (`let_go`) before. Errors: `duplicate_error` as `claim`; `conflict` while another is
    alone.
    """
    now = clock.now()
    taken = await one(
        session,
        """INSERT INTO idempotency_key AS k (scope, key, fingerprint, workflow_id, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (scope, key) DO UPDATE SET
          fingerprint = excluded.fingerprint, status = NULL, body = NULL, resource_id = NULL,
          workflow_id = excluded.workflow_id, created_at = excluded.created_at
        WHERE k.created_at <= $6 OR (k.status IS NULL AND k.created_at <= $7) RETURNING key""",
        *(wanted.scope, wanted.key, wanted.fingerprint, workflow_id, now, now - KEPT),
        None if alone_for is None else now - alone_for,
    )
    known = await _look_up(session, wanted) or Answered(None, None, workflow_id)
    if alone_for is not None and taken is None and known.status is None:
        raise conflict(IN_FLIGHT)
    return known


async def let_go(session: AsyncSession, wanted: Claim) -> None:
    """Forget a key whose request failed: the next one need not wait."""
    await run(
        session,
        "DELETE FROM idempotency_key WHERE scope = $1 AND key = $2 AND status IS NULL",
        *(wanted.scope, wanted.key),
    )


async def _look_up(session: AsyncSession, wanted: Claim) -> Answered | None:
    row = await one(
        session,
        """SELECT fingerprint, status, body, resource_id, workflow_id FROM idempotency_key
        WHERE scope = $1 AND key = $2 AND created_at > $3""",
        *(wanted.scope, wanted.key, clock.now() - KEPT),
    )
    if row is None:
        return None
    if row.fingerprint != wanted.fingerprint:
        message = "This Idempotency-Key was used for another request; a key repeats the same request only."
        raise CommerceError("duplicate_error", message, "invalid_request_error")
    return Answered(row.status, row.body, row.workflow_id, row.resource_id)
