"""Bodies of `/admin/refund-reasons`."""

from __future__ import annotations

from api.body import Body


class AdminCreateRefundReason(Body):
    """What makes a refund reason."""

    label: str
    code: str
    description: str | None = None


class AdminUpdateRefundReason(Body):
    """What changes a refund reason; what is left out stays."""

    label: str = ""
    code: str = ""
    description: str | None = None
