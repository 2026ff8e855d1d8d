"""Bodies of `/admin/product-categories`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from api.body import Body, Number, Record

Rank = Annotated[Number, Field(ge=0)]


class AdminCreateProductCategory(Body):
    """What makes a category; without a handle, or with an empty one, the name makes it, without a rank it is last."""

    name: str
    description: str = ""
    handle: str | None = None
    is_internal: bool = False
    is_active: bool = False
    parent_category_id: str | None = None
    external_id: str | None = None
    metadata: Record | None = None
    rank: Rank | None = None
    additional_data: Record | None = None

    def columns(self) -> dict[str, Any]:
        """Return the category's own columns; `additional_data` is for hooks (contract section 1)."""
        return self.model_dump(exclude={"additional_data"})


class AdminUpdateProductCategory(Body):
    """What changes a category; what is left out stays."""

    name: str = ""
    description: str = ""
    handle: str = ""
    is_internal: bool = False
    is_active: bool = False
    parent_category_id: str | None = None
    external_id: str | None = None
    metadata: Record | None = None
    rank: Rank = Decimal(0)
    additional_data: Record | None = None

    def given(self) -> dict[str, Any]:
        """Return what the caller sent; `additional_data` is for hooks (contract section 1)."""
        return self.model_dump(exclude={"additional_data"}, exclude_unset=True)
