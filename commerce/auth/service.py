"""Identities: who can log in, and as whom (contract section 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.auth.models import AuthIdentity
from kit.db import one, run, save
from kit.errors import unauthorized
from kit.ids import new_id

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
    return Identity(row.id, row.password, row.app_metadata, row.user_metadata)


async def create_identity(
    session: AsyncSession, email: str, password_hash: str, app_metadata: Mapping[str, Any]
) -> Identity:
    """Create what logs in with `email` and a password; `unauthorized` when there is one already."""
    identity = AuthIdentity(id=new_id("authid"), app_metadata=dict(app_metadata))
    await save(session, identity)
    claimed = await run(
        session,
        """INSERT INTO provider_identity (entity_id, provider, auth_identity_id, provider_metadata)
        VALUES ($1, $2, $3, jsonb_build_object('password', $4::text)) ON CONFLICT DO NOTHING RETURNING entity_id""",
        *(email, EMAILPASS, identity.id, password_hash),
    )
    if not claimed:
        raise unauthorized("Identity with email already exists")
    return Identity(identity.id, password_hash, identity.app_metadata, {})
