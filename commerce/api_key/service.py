"""API keys: publishable ones that open sales channels, secret ones that stand for an admin (contract section 2.2)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.api_key.models import ApiKey, ApiKeySalesChannel, ApiKeyType
from kit.db import one

_PREFIX = {ApiKeyType.PUBLISHABLE: "pk_", ApiKeyType.SECRET: "sk_"}
_ACTIVE = "k.deleted_at IS NULL AND (k.revoked_at IS NULL OR k.revoked_at > now())"


@dataclass(frozen=True)
class CreatedKey:
    """A new key; a secret one's `token` is known only now."""

    id: str
    token: str


@dataclass(frozen=True)
class PublishableKey:
    """What a publishable key opens."""

    id: str
    sales_channel_ids: tuple[str, ...]


async def create_api_key(
    session: AsyncSession,
    title: str,
    type_: ApiKeyType,
    *,
    created_by: str = "",
    sales_channel_ids: Iterable[str] = (),
) -> CreatedKey:
    """Create a key of 256 random bits and link it to sales channels."""
    token = _PREFIX[type_] + secrets.token_hex(32)
    key = ApiKey(
        token=_stored(token, type_),
        redacted=f"{token[:6]}***{token[-3:]}",
        title=title,
        type=type_,
        created_by=created_by,
    )
    session.add(key)
    await session.flush()
    session.add_all(ApiKeySalesChannel(api_key_id=key.id, sales_channel_id=channel) for channel in sales_channel_ids)
    await session.flush()
    return CreatedKey(key.id, token)


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
        _stored(token, ApiKeyType.SECRET),
    )
    return row.id if row is not None else None


def _stored(token: str, type_: ApiKeyType) -> str:
    """Return what the table holds: 256 random bits need no salt and no slow hash, but must not lie about in clear."""
    return hashlib.sha256(token.encode()).hexdigest() if type_ is ApiKeyType.SECRET else token
