"""Users of the admin."""

from __future__ import annotations

from typing import Final

from commerce.user.models import User
from kit.query import Kind, Resource, ops, plain

USER: Final[Resource] = Resource(
    User,
    key="user",
    plural="users",
    defaults=(
        *("id", "first_name", "last_name", "email", "avatar_url", "metadata"),
        *("created_at", "updated_at", "deleted_at"),
    ),
    filters={
        **plain("id"),
        **plain("email", "first_name", "last_name", takes="one", nullable=True),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
    },
    search=("first_name", "last_name", "email"),
    with_deleted=True,
)
NEW_USER: Final[Resource] = USER.but(accepts=("token",))
"""A user as accepting an invite answers."""
