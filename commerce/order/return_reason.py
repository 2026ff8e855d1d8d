"""Writes of the order module: return reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.order.models import ReturnReason
from kit import clock
from kit.db import run, save
from kit.rows import change, locked, retire

_RETIRE_BELOW: Final = """
WITH RECURSIVE below AS (
  SELECT id FROM return_reason WHERE parent_return_reason_id = $1 AND deleted_at IS NULL
  UNION ALL
  SELECT r.id FROM return_reason r JOIN below ON r.parent_return_reason_id = below.id WHERE r.deleted_at IS NULL
)
UPDATE return_reason SET deleted_at = $2 WHERE id IN (SELECT id FROM below)"""


async def create_return_reason(
    session: AsyncSession,
    *,
    value: str,
    label: str,
    description: str | None = None,
    parent_return_reason_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> ReturnReason:
    """Create a reason. Errors: `invalid_data` for a value that is taken, `not_found` for an unknown parent."""
    if parent_return_reason_id is not None:
        await locked(session, ReturnReason, parent_return_reason_id)  # or it could be deleted without this one
    row = ReturnReason(
        value=value,
        label=label,
        description=description,
        parent_return_reason_id=parent_return_reason_id,
        metadata_=metadata and dict(metadata),
    )
    await save(session, row)
    return row


async def update_return_reason(session: AsyncSession, reason_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a value that is taken."""
    await change(session, await locked(session, ReturnReason, reason_id), given)
    return reason_id


async def delete_return_reason(session: AsyncSession, reason_id: str) -> str:
    """Soft-delete a reason and those below it."""
    if await retire(session, ReturnReason, reason_id):
        await run(session, _RETIRE_BELOW, reason_id, clock.now())
    return reason_id
