"""Tokens: JWT by HS256 and nothing else, with the payload of contract section 2.1; each kind has its audience."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import jwt

from kit import clock

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "euryale"  # a token that another system signed with the same secret is none of ours
RESET_AUDIENCE: Final = "euryale/reset"
INVITE_AUDIENCE: Final = "euryale/invite"
MIN_SECRET: Final = 32  # bytes: an HS256 secret shorter than its hash can be guessed (RFC 7518, 3.2)


@dataclass(frozen=True)
class Caller:
    """Who a token speaks for; `actor_id` is empty as long as they only registered. `issued_at` in seconds of 1970."""

    actor_id: str
    actor_type: str
    auth_identity_id: str
    issued_at: float = field(default=0, compare=False)

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Caller:
        """Return whom a token with this payload speaks for."""
        return cls(payload["actor_id"], payload["actor_type"], payload["auth_identity_id"], payload["iat"])


@dataclass(frozen=True)
class Reset:
    """What a token that sets a password says; `jti` names its row."""

    entity_id: str
    actor_type: str
    provider: str
    jti: str


@dataclass(frozen=True)
class Invited:
    """What an invite's token says; `jti` is that of the invite's last sending."""

    invite_id: str
    jti: str


class Tokens:
    """Issues and reads tokens that live for `seconds`; ValueError for a secret under 32 bytes."""

    def __init__(self, secret: str, seconds: int) -> None:
        if len(secret.encode()) < MIN_SECRET:
            raise ValueError(f"Set EURYALE_JWT_SECRET to at least {MIN_SECRET} random bytes; it signs every token.")
        self._secret = secret
        self._lifetime = timedelta(seconds=seconds)
        # Invites are signed by the database, which is to learn no key that signs anything else.
        self.invite_key = hmac.new(secret.encode(), INVITE_AUDIENCE.encode(), hashlib.sha256).digest()

    def issue(self, caller: Caller, app_metadata: Mapping[str, Any], user_metadata: Mapping[str, Any]) -> str:
        """Return a token for one who proved who they are by a password."""
        issued = clock.now()
        payload = {
            "actor_id": caller.actor_id,
            "actor_type": caller.actor_type,
            "auth_identity_id": caller.auth_identity_id,
            "auth_provider": "emailpass",
            "mfa_enabled": False,
            "mfa_challenge_completed_at": None,
            "app_metadata": dict(app_metadata),
            "user_metadata": dict(user_metadata),
            "aud": AUDIENCE,
            # With its fraction (RFC 7519 allows it): a new password voids what was issued earlier in the same second.
            "iat": issued.timestamp(),
            "exp": issued + self._lifetime,
        }
        return jwt.encode(payload, self._secret, ALGORITHM)

    def payload(self, token: str) -> dict[str, Any] | None:
        """Return the payload of a token, or None when it is not ours, expired, or meant for something else."""
        return _decoded(token, self._secret, AUDIENCE, "actor_id", "actor_type", "auth_identity_id")

    def read(self, token: str) -> Caller | None:
        """Return who a token speaks for, or None as `payload`."""
        payload = self.payload(token)
        return Caller.of(payload) if payload is not None else None

    def issue_reset(self, reset: Reset, expires_at: datetime) -> str:
        """Return the token that sets a password; that it does so once is the matter of its row."""
        payload = {
            "entity_id": reset.entity_id,
            "provider": reset.provider,
            "actor_type": reset.actor_type,
            "purpose": "reset",
            "jti": reset.jti,
            "aud": RESET_AUDIENCE,
            "iat": clock.now(),
            "exp": expires_at,
        }
        return jwt.encode(payload, self._secret, ALGORITHM)

    def read_reset(self, token: str) -> Reset | None:
        """Return what a token that sets a password says, or None as `read`."""
        payload = _decoded(token, self._secret, RESET_AUDIENCE, "entity_id", "provider", "actor_type", "jti")
        if payload is None:
            return None
        return Reset(payload["entity_id"], payload["actor_type"], payload["provider"], payload["jti"])

    def read_invite(self, token: str) -> Invited | None:
        """Return what an invite's token says, or None as `read`; queries/invite.py signs them."""
        payload = _decoded(token, self.invite_key, INVITE_AUDIENCE, "id", "jti")
        return Invited(payload["id"], payload["jti"]) if payload is not None else None


def _decoded(token: str, secret: str | bytes, audience: str, *names: str) -> dict[str, Any] | None:
    try:
        payload: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=audience,
            options={"require": ["exp", "iat", *names]},
        )
    except jwt.InvalidTokenError:
        return None
    return payload
