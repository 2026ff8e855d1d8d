"""Verifications: that a mail is an identity's own."""

from __future__ import annotations

from typing import Final

from commerce.auth.models import AuthVerification
from kit.query import Resource

VERIFICATION: Final[Resource] = Resource(
    AuthVerification,
    key="verification",
    plural="verifications",
    defaults=(
        *("id", "auth_identity_id", "entity_id", "entity_type", "code_provider", "verified_at", "requested_at"),
        *("provider_metadata", "metadata", "created_at", "updated_at", "deleted_at"),
    ),
    hidden=frozenset({"expires_at"}),
)
CONFIRMED: Final[Resource] = VERIFICATION.but(
    defaults=("entity_id", "entity_type", "code_provider", "verified_at"), always=()
)
"""A verification as confirming it answers."""
