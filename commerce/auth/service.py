"""Identities: who can log in, and as whom (contract section 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.auth.models import AuthIdentity
from commerce.auth.scrypt_kdf import BEGINS
from commerce.auth.tokens import Caller
from kit import clock
from kit.db import one, run, save, value
from kit.errors import invalid_data, unauthorized
from kit.ids import new_id

EMAILPASS: Final = "emailpass"
ACTORS: Final = ("user", "customer")


@dataclass(frozen=True)
class Identity:
    """One who can log in, with what their tokens say of them."""

    auth_identity_id: str
    app_metadata: Mapping[str, Any]
    user_metadata: Mapping[str, Any]

    def caller(self, actor_type: str) -> Caller:
        """Return whom a token for `actor_type` speaks for; nobody yet while there is no such user or customer."""
        actor_id = str(self.app_metadata.get(f"{actor_type}_id", ""))
        return Caller(actor_id, actor_type, self.auth_identity_id)


@dataclass(frozen=True)
class Standing:
    """What an identity is now; a token says what it was."""

    app_metadata: Mapping[str, Any]
    tokens_from: datetime | None

    def vouches_for(self, caller: Caller) -> bool:
        """Tell whether a token still counts: the account is there, the password the same."""
        is_same = not caller.actor_id or self.app_metadata.get(f"{caller.actor_type}_id") == caller.actor_id
        return is_same and (self.tokens_from is None or caller.issued_at >= self.tokens_from.timestamp())


@dataclass(frozen=True)
class Login:
    """What a login by mail and password is checked against; with `is_migrating` some hash in the shop is scrypt."""

    identity: Identity | None
    password_hash: str | None
    is_migrating: bool


async def find_login(on: AsyncSession | AsyncConnection, email: str) -> Login:
    """Return what `email` logs in, by one statement whether there is anybody or not."""
    row = await one(
        on,
        f"""SELECT a.id, p.provider_metadata ->> 'password' AS password, a.app_metadata, p.user_metadata,
          EXISTS (SELECT FROM provider_identity
            WHERE provider = $2 AND provider_metadata ->> 'password' LIKE '{BEGINS}%') AS is_migrating
        FROM (SELECT 1) AS always
        LEFT JOIN provider_identity p ON p.entity_id = $1 AND p.provider = $2 AND p.deleted_at IS NULL
        LEFT JOIN auth_identity a ON a.id = p.auth_identity_id AND a.deleted_at IS NULL""",  # noqa: S608 - a constant
        *(email, EMAILPASS),
    )
    if row is None or row.id is None or row.password is None:
        return Login(None, None, row is not None and row.is_migrating)
    return Login(Identity(row.id, row.app_metadata, row.user_metadata), row.password, row.is_migrating)


async def find_identity(on: AsyncSession | AsyncConnection, identity_id: str) -> Identity | None:
    """Return the identity `identity_id` as it is now."""
    row = await one(
        on,
        """SELECT a.app_metadata, p.user_metadata FROM auth_identity a
        LEFT JOIN provider_identity p ON p.auth_identity_id = a.id AND p.provider = $2
        WHERE a.id = $1 AND a.deleted_at IS NULL""",
        *(identity_id, EMAILPASS),
    )
    return Identity(identity_id, row.app_metadata, row.user_metadata or {}) if row is not None else None


async def find_standing(on: AsyncSession | AsyncConnection, identity_id: str) -> Standing | None:
    """Return what `identity_id` is now, or None when it is gone."""
    row = await one(
        on, "SELECT app_metadata, tokens_from FROM auth_identity WHERE id = $1 AND deleted_at IS NULL", identity_id
    )
    return Standing(row.app_metadata, row.tokens_from) if row is not None else None


async def mail_of(on: AsyncSession | AsyncConnection, identity_id: str) -> str | None:
    """Return the mail that the identity logs in with."""
    mail: str | None = await value(
        on,
        "SELECT entity_id FROM provider_identity WHERE auth_identity_id = $1 AND provider = $2",
        *(identity_id, EMAILPASS),
    )
    return mail


async def providers_of(on: AsyncSession | AsyncConnection, actor_type: str, actor_id: str) -> list[str]:
    """Return the providers that log an actor in."""
    rows = await run(
        on,
        f"""SELECT DISTINCT p.provider FROM provider_identity p JOIN auth_identity a ON a.id = p.auth_identity_id
        WHERE {_actor(actor_type)} = $1 AND a.deleted_at IS NULL ORDER BY p.provider""",  # noqa: S608 - one of two words
        actor_id,
    )
    return [row.provider for row in rows]


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
    return Identity(identity.id, identity.app_metadata, {})


async def replace_hash(session: AsyncSession, identity_id: str, old: str, new: str) -> None:
    """Store the hash of the same password in a newer form, unless the password was changed meanwhile."""
    await run(
        session,
        """UPDATE provider_identity
        SET provider_metadata = jsonb_set(provider_metadata, '{password}', to_jsonb($4::text))
        WHERE auth_identity_id = $1 AND provider = $2 AND provider_metadata ->> 'password' = $3""",
        *(identity_id, EMAILPASS, old, new),
    )


async def link_actor(session: AsyncSession, identity_id: str, actor_type: str, actor_id: str) -> None:
    """Say that the identity is this user or customer, once; `invalid_data` when it is one already or is gone."""
    key = f"{actor_type}_id"
    linked = await value(
        session,
        """UPDATE auth_identity
        SET app_metadata = app_metadata || jsonb_build_object($2::text, $3::text), updated_at = $4
        WHERE id = $1 AND deleted_at IS NULL AND NOT app_metadata ? $2 RETURNING id""",
        *(identity_id, key, actor_id, clock.now()),
    )
    if linked is None:
        raise invalid_data(f"This login belongs to a {actor_type} already.")


async def unlink_actor(session: AsyncSession, actor_type: str, actor_id: str) -> None:
    """Let the login of a user or customer who is deleted be nobody's; if it is no other's either, it is gone."""
    rows = await run(
        session,
        f"""UPDATE auth_identity SET app_metadata = app_metadata - $2::text, updated_at = $3
        WHERE {_actor(actor_type)} = $1 RETURNING id, app_metadata""",  # noqa: S608 - one of two words
        *(actor_id, f"{actor_type}_id", clock.now()),
    )
    gone = [row.id for row in rows if not any(f"{actor}_id" in row.app_metadata for actor in ACTORS)]
    await run(session, "DELETE FROM provider_identity WHERE auth_identity_id = ANY($1::text[])", gone)
    await run(session, "DELETE FROM auth_identity WHERE id = ANY($1::text[])", gone)


def _actor(actor_type: str) -> str:
    """Return the indexed expression of an actor's id."""
    if actor_type not in ACTORS:
        raise ValueError(actor_type)
    return f"app_metadata ->> '{actor_type}_id'"
