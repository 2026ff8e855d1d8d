"""Bodies of `/auth/{actor_type}/{auth_provider}`."""

from __future__ import annotations

from typing import Any

from api.body import Body, CardlessRecord, Part


class AuthEmailPass(Part):
    """What the provider `emailpass` asks for; what is wrong with it is the provider's to say, and a 401."""

    email: Any = None
    password: Any = None


class AuthResetPassword(Body):
    """Whose password is to be reset; `metadata` goes along in the event."""

    identifier: str
    metadata: CardlessRecord = {}
