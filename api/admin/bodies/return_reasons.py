"""Bodies of `/admin/return-reasons`."""

from __future__ import annotations

from api.body import Body, Record


class AdminCreateReturnReason(Body):
    """What makes a return reason."""

    value: str
    label: str
    description: str | None = None
    parent_return_reason_id: str | None = None
    metadata: Record | None = None


class AdminUpdateReturnReason(Body):
    """What changes a return reason; value and label are always said."""

    value: str
    label: str
    description: str | None = None
    metadata: Record | None = None
