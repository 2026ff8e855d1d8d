"""Bodies of `/admin/product-tags`."""

from __future__ import annotations

from api.body import Body, Record


class AdminCreateProductTag(Body):
    """What makes a tag."""

    value: str
    external_id: str | None = None
    metadata: Record | None = None


class AdminUpdateProductTag(Body):
    """What changes a tag; what is left out stays."""

    value: str = ""
    external_id: str | None = None
    metadata: Record | None = None
