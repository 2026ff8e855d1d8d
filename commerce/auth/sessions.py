"""Sessions of browsers: a cookie names a row by its hash, so that who reads the table cannot be anybody."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.auth.models import AuthSession
from commerce.auth.service import Standing
from commerce.auth.tokens import Caller
from kit import clock
from kit.db import one, run, save

LIFETIME: Final = timedelta(hours=10)  # from the login on; use does not prolong it (contract section 2.1)


@dataclass(frozen=True)
class NewSession:
    """What the browser is told; nobody else knows `secret`."""

    secret: str
    expires_at: datetime


async def open_session(session: AsyncSession, payload: Mapping[str, Any]) -> NewSession:
    """Keep a token's payload under a fresh secret for ten hours."""
    made = NewSession(secrets.token_urlsafe(32), clock.now() + LIFETIME)
    row = AuthSession(
        id=_hashed(made.secret),
        auth_identity_id=payload["auth_identity_id"],
        payload=dict(payload),
        expires_at=made.expires_at,
    )
    await save(session, row)
    return made


async def find_session(on: AsyncSession | AsyncConnection, secret: str) -> Caller | None:
    """Return who is logged in by a cookie; its account is there and its password the same as then."""
    row = await one(
        on,
        """SELECT s.payload, a.app_metadata, a.tokens_from FROM auth_session s
        JOIN auth_identity a ON a.id = s.auth_identity_id AND a.deleted_at IS NULL
        WHERE s.id = $1 AND s.expires_at > $2""",
        *(_hashed(secret), clock.now()),
    )
    if row is None:
        return None
    caller = Caller.of(row.payload)
    return caller if Standing(row.app_metadata, row.tokens_from).vouches_for(caller) else None


async def close_session(session: AsyncSession, secret: str) -> None:
    """End a session."""
    await run(session, "DELETE FROM auth_session WHERE id = $1", _hashed(secret))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
