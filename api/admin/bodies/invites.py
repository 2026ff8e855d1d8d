"""Bodies of `/admin/invites`."""

from __future__ import annotations

from api.body import Body, Record


class AdminCreateInvite(Body):
    """Who is invited; roles come with the feature flag `rbac`."""

    email: str
    roles: list[str] | None = None
    metadata: Record | None = None


class AdminAcceptInvite(Body):
    """Who comes in by an invite."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
