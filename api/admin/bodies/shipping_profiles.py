"""Bodies of `/admin/shipping-profiles`."""

from __future__ import annotations

from api.body import Body, Record


class AdminCreateShippingProfile(Body):
    """What makes a profile."""

    name: str
    type: str
    metadata: Record | None = None


class AdminUpdateShippingProfile(Body):
    """What changes a profile; what is left out stays."""

    name: str = ""
    type: str = ""
    metadata: Record | None = None
