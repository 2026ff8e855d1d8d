"""Tokens: JWT by HS256 and nothing else, with the payload of contract section 2.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import jwt

from kit import clock

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "euryale"  # a token that another system signed with the same secret is none of ours
MIN_SECRET: Final = 32  # bytes: an HS256 secret shorter than its hash can be guessed (RFC 7518, 3.2)


@dataclass(frozen=True)
class Caller:
    """Who a token speaks for; `actor_id` is empty as long as they only registered."""

    actor_id: str
    actor_type: str
    auth_identity_id: str


class Tokens:
    """Issues and reads tokens that live for `seconds`; ValueError for a secret under 32 bytes."""

    def __init__(self, secret: str, seconds: int) -> None:
        if len(secret.encode()) < MIN_SECRET:
            raise ValueError(f"Set EURYALE_JWT_SECRET to at least {MIN_SECRET} random bytes; it signs every token.")
        self._secret = secret
        self._lifetime = timedelta(seconds=seconds)

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
            "iat": issued,
            "exp": issued + self._lifetime,
        }
        return jwt.encode(payload, self._secret, ALGORITHM)

    def read(self, token: str) -> Caller | None:
        """Return who a token speaks for, or None when it is not ours, expired, or meant for something else."""
        try:
            payload = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["exp", "iat", "actor_id", "actor_type", "auth_identity_id"]},
            )
        except jwt.InvalidTokenError:
            return None
        return Caller(payload["actor_id"], payload["actor_type"], payload["auth_identity_id"])
