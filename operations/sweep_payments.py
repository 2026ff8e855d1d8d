"""Find captures, refunds and cancels that nobody looks after, and start them again (docs/money-out.md).

As operations/sweep_checkouts.py: each is one transaction, only asks for workflows, and may run at any time.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from operations.sweep_checkouts import PATIENCE_SECONDS, ask_for


async def move_pending(session: AsyncSession, *, after: float = PATIENCE_SECONDS) -> int:
    """Ask for the workflow of every pending capture and refund, ever more slowly the older the wish."""
    captures = await ask_for(session, "capture-payment-workflow", "capture_id", _PENDING.format(table="capture"), after)
    return captures + await ask_for(
        session, "refund-payment-workflow", "refund_id", _PENDING.format(table="refund"), after
    )


async def cancel_pending(session: AsyncSession, *, after: float = PATIENCE_SECONDS) -> int:
    """Ask for the workflow of every payment that is being canceled."""
    return await ask_for(session, "cancel-payment", "payment_id", _CANCELING, after)


_PENDING: Final = """
UPDATE {table} SET updated_at = now() WHERE id IN (
  SELECT id FROM {table}
  WHERE state = 'pending'
    AND updated_at + greatest($2::float8 * interval '1 second', (updated_at - keyed_at) / 4) < now()
  ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_CANCELING: Final = """
UPDATE payment SET updated_at = now() WHERE id IN (
  SELECT id FROM payment
  WHERE canceling_at IS NOT NULL AND canceled_at IS NULL
    AND updated_at + greatest($2::float8 * interval '1 second', (updated_at - canceling_at) / 4) < now()
  ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
