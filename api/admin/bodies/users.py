"""Bodies of `/admin/users`."""

from __future__ import annotations

from api.body import Body, Record


class AdminUpdateUser(Body):
    """What changes a user; what is left out stays."""

    first_name: str | None = None
    last_name: str | None = None
    avatar_url: str | None = None
    metadata: Record | None = None
