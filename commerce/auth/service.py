"""Identities: who can log in, and as whom (contract section 2.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.auth.models import AuthIdentity, ProviderIdentity
from kit.db import one
from kit.errors import unauthorized

EMAILPASS: Final = "emailpass"


@dataclass(frozen=True)
class Identity:
    """One way to log in, with the hash of its password."""

    auth_identity_id: str
    password_hash: str
    app_metadata: Mapping[str, Any]
    user_metadata: Mapping[str, Any]

    def actor_id(self, actor_type: str) -> str:
        """Return the id of the user or customer this is, or an empty string while there is none."""
        return str(self.app_metadata.get(f"{actor_type}_id", ""))


async def find_identity(on: AsyncSession | AsyncConnection, email: str) -> Identity | None:
    """Return the identity that logs in with `email` and a password, if there is one."""
    row = await one(
        on,
        """SELECT a.id, p.provider_metadata ->> 'password' AS password, a.app_metadata, p.user_metadata
        FROM provider_identity p JOIN auth_identity a ON a.id = p.auth_identity_id
        WHERE p.entity_id = $1 AND p.provider = $2 AND p.deleted_at IS NULL AND a.deleted_at IS NULL""",
        *(email, EMAILPASS),
    )
    if row is None or row.password is None:
        return None
    return Identity(row.id, row.password, json.loads(row.app_metadata), json.loads(row.user_metadata))


async def create_identity(
    session: AsyncSession, email: str, password_hash: str, app_metadata: Mapping[str, Any]
) -> Identity:
    """Create what logs in with `email` and a password; `unauthorized` when there is one already."""
    if await find_identity(session, email) is not None:
        raise unauthorized("Identity with email already exists")
    identity = AuthIdentity(app_metadata=dict(app_metadata))
    session.add(identity)
    await session.flush()
    session.add(
        ProviderIdentity(
            entity_id=email,
            provider=EMAILPASS,
            auth_identity_id=identity.id,
            user_metadata={},
            provider_metadata={"password": password_hash},
        )
    )
    await session.flush()
    return Identity(identity.id, password_hash, identity.app_metadata, {})
