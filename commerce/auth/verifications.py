"""Proof that a mail is an identity's own: a code that is sent there and comes back (contract section 2.1)."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.db import run, value
from kit.errors import invalid_data, not_allowed
from kit.ids import new_id
from kit.outbox import emit

LIFETIME: Final = timedelta(minutes=15)
TOKEN: Final = "token"  # noqa: S105 - the name of the one code provider
WRONG: Final = "Verification code is invalid or already used"


async def request_verification(
    session: AsyncSession,
    identity_id: str,
    *,
    entity_id: str,
    entity_type: str,
    code_provider: str,
    metadata: Mapping[str, Any],
) -> str:
    """Return the id of the verification; the event carries its code. An earlier code of the same entity is void.

    Errors: `invalid_data` for a code provider that there is not.
    """
    if code_provider != TOKEN:
        raise invalid_data(f"There is no code provider {code_provider}.")
    code, asked = secrets.token_urlsafe(32), clock.now()
    expires_at = asked + LIFETIME
    known = {"entity_id": entity_id, "entity_type": entity_type, "code_provider": code_provider}
    verification_id: str = await value(
        session,
        _REQUEST,
        *(new_id("authver"), identity_id, entity_id, entity_type, code_provider, asked, expires_at),
        *(_hashed(code), json.dumps(metadata)),
    )
    data = {
        **known,
        "auth_identity_id": identity_id,
        "code": code,
        "expires_at": expires_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "metadata": dict(metadata),
    }
    await emit(session, ("auth.verification_requested", data), secrets=["code"])
    return verification_id


async def confirm_verification(session: AsyncSession, identity_id: str, code: str) -> str:
    """Use a code once and return the id of its verification; `not_allowed` when it is no open one of this identity."""
    confirmed = await run(session, _CONFIRM, identity_id, _hashed(code), clock.now())
    if not confirmed:
        raise not_allowed(WRONG)
    found: str = confirmed[0].id
    return found


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


_REQUEST: Final = """
INSERT INTO auth_verification (id, auth_identity_id, entity_id, entity_type, code_provider, requested_at, expires_at,
  provider_metadata, metadata, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, jsonb_build_object('token_hash', $8::text), $9::jsonb, $6, $6)
ON CONFLICT (auth_identity_id, entity_type, entity_id) WHERE deleted_at IS NULL DO UPDATE SET
  code_provider = excluded.code_provider, requested_at = excluded.requested_at, expires_at = excluded.expires_at,
  provider_metadata = excluded.provider_metadata, metadata = excluded.metadata, updated_at = excluded.updated_at
RETURNING id
"""
_CONFIRM: Final = """
UPDATE auth_verification SET verified_at = $3, updated_at = $3, provider_metadata = provider_metadata - 'token_hash'
WHERE auth_identity_id = $1 AND provider_metadata ->> 'token_hash' = $2 AND expires_at > $3 AND deleted_at IS NULL
RETURNING id
"""
