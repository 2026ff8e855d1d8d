"""API keys: publishable ones that open sales channels, secret ones that stand for an admin (contract section 2.2)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.api_key.models import ApiKey, ApiKeySalesChannel, ApiKeyType
from kit import clock
from kit.db import one, run, save
from kit.errors import invalid_data, not_allowed
from kit.ids import new_id
from kit.rows import change, locked, retire

CALLED: Final = "API key"
_ACTIVE: Final = "k.deleted_at IS NULL AND (k.revoked_at IS NULL OR k.revoked_at > now())"


@dataclass(frozen=True)
class PublishableKey:
    """What a publishable key opens."""

    id: str
    sales_channel_ids: tuple[str, ...]


def redact(token: str) -> str:
    """Return what may be shown of a token: `pk_abc***xyz`."""
    return f"{token[:6]}***{token[-3:]}"


def fresh_token(type_: str) -> str:
    """Return a new token of 256 random bits: `pk_...` or `sk_...`."""
    return f"{'sk' if type_ == ApiKeyType.SECRET else 'pk'}_{secrets.token_hex(32)}"


async def create_key(
    session: AsyncSession, token: str, *, title: str, type_: str, created_by: str | None = None
) -> ApiKey:
    """Create the key that `token` stands for; of a secret one only a hash is kept, so that nobody can tell it again."""
    key = ApiKey(
        id=new_id("apk"),
        token=hashed(token) if type_ == ApiKeyType.SECRET else token,
        redacted=redact(token),
        title=title,
        type=type_,
        created_by=created_by,
    )
    await save(session, key)
    return key


async def create_publishable_key(
    session: AsyncSession, title: str, sales_channel_ids: Sequence[str], *, created_by: str | None = None
) -> ApiKey:
    """Create a publishable key that opens these sales channels."""
    token, type_ = fresh_token(ApiKeyType.PUBLISHABLE), ApiKeyType.PUBLISHABLE
    key = await create_key(session, token, title=title, type_=type_, created_by=created_by)
    await save(session, *[ApiKeySalesChannel(api_key_id=key.id, sales_channel_id=one) for one in sales_channel_ids])
    return key


async def create_secret_key(session: AsyncSession, title: str, *, created_by: str | None = None) -> tuple[ApiKey, str]:
    """Create a secret key and return it with its token."""
    token = fresh_token(ApiKeyType.SECRET)
    return await create_key(session, token, title=title, type_=ApiKeyType.SECRET, created_by=created_by), token


async def update_key(session: AsyncSession, key_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`."""
    await change(session, await locked(session, ApiKey, key_id, called=CALLED), given)
    return key_id


async def revoke_key(session: AsyncSession, key_id: str, by: str, *, within: Decimal) -> str:
    """Revoke a key as of `within` seconds from now; one that is revoked is so already. Errors: `not_found`."""
    key, now = await locked(session, ApiKey, key_id, called=CALLED), clock.now()
    if key.revoked_at is None or key.revoked_at > now:
        await change(session, key, {"revoked_at": now + timedelta(milliseconds=int(within * 1000)), "revoked_by": by})
    return key_id


async def delete_key(session: AsyncSession, key_id: str) -> str:
    """Soft-delete a revoked key. Errors: `not_allowed` while it may be used."""
    row = await one(session, f"SELECT k.id FROM api_key k WHERE k.id = $1 AND {_ACTIVE} FOR UPDATE", key_id)  # noqa: S608 - a constant
    if row is not None:
        raise not_allowed(f"Cannot delete api keys that are not revoked - {key_id}")
    await retire(session, ApiKey, key_id)
    return key_id


async def change_channels(session: AsyncSession, key_id: str, *, add: Sequence[str], remove: Sequence[str]) -> str:
    """Let a publishable key open channels, and others no more. Errors: `not_found`, `invalid_data` for a secret key."""
    key = await locked(session, ApiKey, key_id, called=CALLED)
    if key.type != ApiKeyType.PUBLISHABLE:
        raise invalid_data("Sales channels can only be associated with publishable API keys")
    await run(
        session,
        """INSERT INTO api_key_sales_channel (api_key_id, sales_channel_id)
        SELECT $1, channel FROM unnest($2::text[]) AS channel ON CONFLICT DO NOTHING""",
        *(key_id, list(dict.fromkeys(add))),
    )
    await run(
        session,
        "DELETE FROM api_key_sales_channel WHERE api_key_id = $1 AND sales_channel_id = ANY($2::text[])",
        *(key_id, list(remove)),
    )
    return key_id


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
