"""Users of the admin."""

from __future__ import annotations

from typing import Final

from commerce.user.models import User
from kit.query import Resource, plain

USER: Final[Resource] = Resource(
    User,
    key="user",
    plural="users",
    defaults=(
        *("id", "first_name", "last_name", "email", "avatar_url", "metadata"),
        *("created_at", "updated_at", "deleted_at"),
    ),
    filters={**plain("id"), **plain("email", "first_name", "last_name", nullable=True)},
)
NEW_USER: Final[Resource] = USER.but(accepts=("token",))
"""A user as accepting an invite answers."""
