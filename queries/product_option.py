"""Options and their values, as admins and storefronts read them; a product's use of them: queries/product.py."""

from __future__ import annotations

from typing import Final

from kit.query import Kind, Resource, ops, plain
from queries.product import OPTION, OPTION_VALUE

_MOMENTS: Final = ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT)
_COLUMNS: Final = ("id", "title", "is_exclusive", "values.*", "created_at", "updated_at", "metadata")

PRODUCT_OPTION: Final[Resource] = OPTION.but(
    defaults=(*_COLUMNS, "products.*"),
    filters={**plain("id", "title"), **plain("is_exclusive", kind=Kind.BOOLEAN), **_MOMENTS},
    search=("title",),
    combines=True,
    with_deleted=True,
    limit=20,
)
PRODUCT_OPTION_VALUE: Final[Resource] = OPTION_VALUE.but(
    defaults=("id", "value", "rank", "option_id", "created_at", "updated_at", "metadata"),
    filters={**plain("id", "value"), **_MOMENTS},
    search=("value",),
    combines=True,
    with_deleted=True,
    order=None,
    limit=20,
)
STORE_OPTION: Final[Resource] = PRODUCT_OPTION.but(
    defaults=_COLUMNS, allowed=("values", "values.id", "values.value"), idle=("with_deleted",), limit=50
)
