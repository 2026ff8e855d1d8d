"""Keep what a provider said about a session that nobody can lose any more: its data and its reference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run


async def keep_answer(session: AsyncSession, session_id: str, data: Mapping[str, Any], reference: str | None) -> None:
    """Store the provider's data as of now; status and fate belong to the guarded commits and stay as they are.

    The data may hold secrets of the client, so it goes from the provider to the row and never through a history.
    """
    await run(session, _KEEP, session_id, json.dumps(data), reference)


async def keep_payment_answer(session: AsyncSession, payment_id: str, data: Mapping[str, Any]) -> None:
    """Store what the provider's data of a payment is after a capture, refund or cancel."""
    await run(session, _KEEP_PAYMENT, payment_id, json.dumps(data))


_KEEP: Final = """
UPDATE payment_session SET data = $2::jsonb, provider_reference = coalesce(provider_reference, $3)
WHERE id = $1 AND order_id IS NULL
"""
_KEEP_PAYMENT: Final = "UPDATE payment SET data = $2::jsonb WHERE id = $1"
