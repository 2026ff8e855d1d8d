"""`/auth/mfa`: second factors; without an encryption key nobody has one, and none can be made."""

from __future__ import annotations

from typing import Final

from fastapi import Depends, Response

from api.actors import auth_actor
from api.auth.bodies.mfa import (
    AuthCreateFactor,
    AuthDeleteFactor,
    AuthRecoveryCodes,
    AuthVerifyChallenge,
    AuthVerifyFactor,
)
from api.deps import json_answer, json_text
from api.routing import Router
from kit.errors import CommerceError, invalid_data

NO_KEY: Final = "MFA encryption key is required to use MFA methods"

router = Router("/auth/mfa")
router.dependencies.append(Depends(auth_actor))


@router.get("/factors")
async def list_factors() -> Response:
    """List the caller's second factors."""
    return json_answer(json_text({"mfa_factors": []}))


@router.post("/factors")
async def create_factor(body: AuthCreateFactor) -> Response:
    """Add a second factor."""
    raise _unavailable(body)


@router.delete("/factors/{id}")
async def delete_factor(id: str, body: AuthDeleteFactor) -> Response:
    """Remove a second factor."""
    raise _unavailable(id, body)


@router.post("/factors/{id}/verify")
async def verify_factor(id: str, body: AuthVerifyFactor) -> Response:
    """Use a second factor for the first time."""
    raise _unavailable(id, body)


@router.post("/recovery-codes")
async def create_recovery_codes(body: AuthRecoveryCodes) -> Response:
    """Make codes for the day when the second factor is lost."""
    raise _unavailable(body)


@router.post("/challenges/{id}/verify")
async def verify_challenge(id: str, body: AuthVerifyChallenge) -> Response:
    """Answer the challenge of a login."""
    raise _unavailable(id, body)


def _unavailable(*_asked: object) -> CommerceError:
    return invalid_data(NO_KEY)
