"""A payment session as a provider is asked about it: from our own columns, never from what a client sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.payment.port import SessionRequest
from kit.db import one


@dataclass(frozen=True, slots=True)
class LoadedSession:
    """What a provider call needs: whom to ask, what, and the status that the session had."""

    provider_id: str
    status: str
    request: SessionRequest


async def load_session(on: AsyncSession | AsyncConnection, session_id: str) -> LoadedSession | None:
    """Return the session with its present key; None when there is none."""
    row = await one(on, _LOAD, session_id)
    if row is None:
        return None
    key = session_id if row.key_number == 1 else f"{session_id}:{row.key_number}"
    request = SessionRequest(
        session_id=session_id,
        key=key,
        amount=row.amount,
        currency_code=row.currency_code,
        reference=row.provider_reference,
        data=json.loads(row.data),
        context=json.loads(row.context),
    )
    return LoadedSession(row.provider_id, row.status, request)


_LOAD: Final = """
SELECT provider_id, status, amount, currency_code, provider_reference, data::text, context::text, key_number
FROM payment_session WHERE id = $1
"""
