"""API keys: publishable ones that open sales channels, secret ones that stand for an admin (contract section 2.2)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.api_key.models import ApiKey, ApiKeySalesChannel, ApiKeyType
from kit.db import one, save
from kit.ids import new_id

_ACTIVE = "k.deleted_at IS NULL AND (k.revoked_at IS NULL OR k.revoked_at > now())"


@dataclass(frozen=True)
class PublishableKey:
    """What a publishable key opens."""

    id: str
    sales_channel_ids: tuple[str, ...]


def redact(token: str) -> str:
    """Return what may be shown of a token: `pk_abc***xyz`."""
    return f"{token[:6]}***{token[-3:]}"


async def create_publishable_key(
    session: AsyncSession, title: str, sales_channel_ids: Sequence[str], *, created_by: str | None = None
) -> ApiKey:
    """Create a publishable key that opens these sales channels; its token is kept in clear."""
    token = f"pk_{secrets.token_hex(32)}"
    key = _key(ApiKeyType.PUBLISHABLE, title, token, created_by)
    await save(session, key)
    await save(session, *[ApiKeySalesChannel(api_key_id=key.id, sales_channel_id=one) for one in sales_channel_ids])
    return key


async def create_secret_key(session: AsyncSession, title: str, *, created_by: str | None = None) -> tuple[ApiKey, str]:
    """Create a secret key; its token is returned, and known to nobody afterwards."""
    token = f"sk_{secrets.token_hex(32)}"
    key = _key(ApiKeyType.SECRET, title, token, created_by)
    key.token = hashed(token)
    await save(session, key)
    return key, token


def hashed(token: str) -> str:
    """Return what is stored of a secret: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


async def find_publishable_key(on: AsyncSession | AsyncConnection, token: str) -> PublishableKey | None:
    """Return the active publishable key `token`, with its sales channels in their ids' order."""
    row = await one(
        on,
        f"""SELECT k.id, array_agg(s.sales_channel_id ORDER BY s.sales_channel_id)
          FILTER (WHERE s.sales_channel_id IS NOT NULL) AS channels
        FROM api_key k LEFT JOIN api_key_sales_channel s ON s.api_key_id = k.id
        WHERE k.token = $1 AND k.type = 'publishable' AND {_ACTIVE} GROUP BY k.id""",  # noqa: S608 - a constant
        token,
    )
    return PublishableKey(row.id, tuple(row.channels or ())) if row is not None else None


async def find_secret_key(on: AsyncSession | AsyncConnection, token: str) -> str | None:
    """Return the id of the active secret key `token`."""
    row = await one(
        on,
        f"SELECT k.id FROM api_key k WHERE k.token = $1 AND k.type = 'secret' AND {_ACTIVE}",  # noqa: S608 - a constant
        hashed(token),
    )
    return row.id if row is not None else None


def _key(type_: ApiKeyType, title: str, token: str, created_by: str | None) -> ApiKey:
    return ApiKey(id=new_id("apk"), token=token, redacted=redact(token), title=title, type=type_, created_by=created_by)
