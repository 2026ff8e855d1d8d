"""Writes of the payment module: refund reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.models import RefundReason
from kit.db import save
from kit.rows import change, locked, retire


async def create_refund_reason(
    session: AsyncSession, label: str, code: str, description: str | None = None
) -> RefundReason:
    """Create a reason."""
    row = RefundReason(label=label, code=code, description=description)
    await save(session, row)
    return row


async def update_refund_reason(session: AsyncSession, reason_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`."""
    await change(session, await locked(session, RefundReason, reason_id), given)
    return reason_id


async def delete_refund_reason(session: AsyncSession, reason_id: str) -> str:
    """Soft-delete a reason."""
    await retire(session, RefundReason, reason_id)
    return reason_id
