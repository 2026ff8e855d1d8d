"""Bodies of `/admin/customer-groups`."""

from __future__ import annotations

from api.body import Body, Record


class AdminCreateCustomerGroup(Body):
    """What makes a group."""

    name: str
    metadata: Record | None = None


class AdminUpdateCustomerGroup(Body):
    """What changes a group; what is left out stays."""

    name: str = ""
    metadata: Record | None = None
