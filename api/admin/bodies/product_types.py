"""Bodies of `/admin/product-types`."""

from __future__ import annotations

from api.body import Body, Record


class AdminCreateProductType(Body):
    """What makes a product type."""

    value: str
    external_id: str | None = None
    metadata: Record | None = None


class AdminUpdateProductType(Body):
    """What changes a product type; what is left out stays."""

    value: str = ""
    external_id: str | None = None
    metadata: Record | None = None
