"""Writes of the API key module: publishable keys (contract section 2.2)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.api_key.models import ApiKey, ApiKeySalesChannel, ApiKeyType
from kit.db import save
from kit.ids import new_id


def redact(token: str) -> str:
    """Return what may be shown of a token: `pk_abc***xyz`."""
    return f"{token[:6]}***{token[-3:]}"


async def create_publishable_key(
    session: AsyncSession, title: str, sales_channel_ids: Sequence[str], *, created_by: str | None = None
) -> ApiKey:
    """Create a publishable key that opens these sales channels; its token is kept in clear."""
    token = f"pk_{secrets.token_hex(32)}"
    key = ApiKey(
        id=new_id("apk"),
        token=token,
        redacted=redact(token),
        title=title,
        type=ApiKeyType.PUBLISHABLE,
        created_by=created_by,
    )
    await save(session, key)
    await save(session, *[ApiKeySalesChannel(api_key_id=key.id, sales_channel_id=one) for one in sales_channel_ids])
    return key
