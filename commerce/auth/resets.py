"""Setting a password by a token that is good once, for fifteen minutes (contract section 2.1)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.auth.models import ResetToken
from commerce.auth.service import EMAILPASS
from commerce.auth.tokens import Reset, Tokens
from kit import clock
from kit.db import run, save, value
from kit.errors import unauthorized
from kit.outbox import emit

LIFETIME: Final = timedelta(minutes=15)
INVALID: Final = "Invalid token"


async def request_reset(
    session: AsyncSession, tokens: Tokens, actor_type: str, email: str, metadata: dict[str, object]
) -> tuple[str, str | None]:
    """Return a token that sets the password of `email`, and whose it is; the event says it to whoever sends mails.

    For an unknown mail the same is done but the telling: the token is nobody's.
    """
    identity_id: str | None = await value(
        session,
        "SELECT auth_identity_id FROM provider_identity WHERE entity_id = $1 AND provider = $2 AND deleted_at IS NULL",
        *(email, EMAILPASS),
    )
    reset, expires_at = Reset(email, actor_type, EMAILPASS, secrets.token_hex(16)), clock.now() + LIFETIME
    await save(session, ResetToken(jti=reset.jti, auth_identity_id=identity_id, expires_at=expires_at))
    token = tokens.issue_reset(reset, expires_at)
    if identity_id is not None:
        data = {"entity_id": email, "actor_type": actor_type, "token": token, "metadata": metadata}
        await emit(session, ("auth.password_reset", data), secrets=["token"])
    return token, identity_id


async def is_open(on: AsyncSession | AsyncConnection, jti: str) -> bool:
    """Tell whether a reset token was not used yet: before a hash is computed for it."""
    found: str | None = await value(on, f"SELECT jti FROM reset_token WHERE {_OPEN}", jti, clock.now())  # noqa: S608 - a constant
    return found is not None


async def set_password(session: AsyncSession, reset: Reset, password_hash: str) -> None:
    """Use the token, set the password, and let nothing count that was issued under the old one.

    Errors: `unauthorized` when the token was used before, also at the same moment, or is over.
    """
    identity_id = await _use(session, reset.jti)
    changed = await value(
        session,
        """UPDATE provider_identity SET updated_at = $5,
          provider_metadata = jsonb_set(provider_metadata, '{password}', to_jsonb($4::text))
        WHERE entity_id = $1 AND provider = $2 AND auth_identity_id = $3 RETURNING entity_id""",
        *(reset.entity_id, EMAILPASS, identity_id, password_hash, clock.now()),
    )
    if changed is None:
        raise unauthorized(INVALID)
    await run(session, "UPDATE auth_identity SET tokens_from = $2 WHERE id = $1", identity_id, clock.now())
    await run(session, "DELETE FROM auth_session WHERE auth_identity_id = $1", identity_id)
    await run(session, "DELETE FROM reset_token WHERE auth_identity_id = $1 AND used_at IS NULL", identity_id)


async def _use(session: AsyncSession, jti: str) -> str:
    # The identity first: two tokens of one identity that are used at once would wait for each other.
    lock = "SELECT a.id FROM auth_identity a JOIN reset_token r ON r.auth_identity_id = a.id WHERE r.jti = $1"
    await run(session, f"{lock} FOR UPDATE OF a", jti)
    used: str | None = await value(
        session,
        f"UPDATE reset_token SET used_at = $2 WHERE {_OPEN} RETURNING auth_identity_id",  # noqa: S608 - a constant
        *(jti, clock.now()),
    )
    if used is None:
        raise unauthorized(INVALID)
    return used


_OPEN: Final = "jti = $1 AND used_at IS NULL AND expires_at > $2 AND auth_identity_id IS NOT NULL"
