"""Bodies of `/admin/product-categories`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from api.admin.bodies.hooks import HookBody
from api.body import Number, Record

Rank = Annotated[Number, Field(ge=0)]


class AdminCreateProductCategory(HookBody):
    """What makes a category; without a handle, or with an empty one, the name makes it, without a rank it is last."""

    name: str
    description: str = ""
    handle: str = ""
    is_internal: bool = False
    is_active: bool = False
    parent_category_id: str | None = None
    external_id: str | None = None
    metadata: Record | None = None
    rank: Rank = Decimal(0)


class AdminUpdateProductCategory(HookBody):
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
