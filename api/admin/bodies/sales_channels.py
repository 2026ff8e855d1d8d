"""Bodies of `/admin/sales-channels`."""

from __future__ import annotations

from api.body import Body, Record


class AdminCreateSalesChannel(Body):
    """What makes a channel."""

    name: str
    description: str | None = None
    is_disabled: bool = False
    metadata: Record | None = None


class AdminUpdateSalesChannel(Body):
    """What changes a channel; what is left out stays."""

    name: str = ""
    description: str | None = None
    is_disabled: bool = False
    metadata: Record | None = None
