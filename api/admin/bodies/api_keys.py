"""Bodies of `/admin/api-keys`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from api.body import Body, Number

LATEST: Final = 10 * 365 * 24 * 3600  # seconds


class AdminCreateApiKey(Body):
    """What makes a key."""

    title: str
    type: Literal["publishable", "secret"]


class AdminUpdateApiKey(Body):
    """What changes a key."""

    title: str


class AdminRevokeApiKey(Body):
    """When a key is to be revoked: in so many seconds, at once if none are given."""

    revoke_in: Annotated[Number, Field(ge=0, le=LATEST)] = Decimal(0)
