"""Bodies of `/auth/mfa`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.body import Body, Number, Record


class AuthCreateFactor(Body):
    """What makes a factor."""

    provider: str
    label: str | None = None
    issuer: str = ""
    metadata: Record | None = None


class AuthVerifyFactor(Body):
    """The first code of a factor."""

    code: str


class AuthDeleteFactor(Body):
    """What proves that a factor may go."""

    method: str = ""
    code: str = ""


class AuthVerifyChallenge(Body):
    """The answer to a challenge."""

    method: str
    code: str


class AuthRecoveryCodes(Body):
    """How many codes are wanted."""

    count: Annotated[Number, Field(ge=1, le=50)] | None = None
