"""What products are sorted by: types, collections, tags, categories."""

from __future__ import annotations

from typing import Final

from commerce.product.taxonomy import ProductCategory, ProductCollection, ProductTag, ProductType
from kit.query.columns import Kind
from kit.query.filters import ops, plain
from kit.query.resource import Resource

SHOWN: Final = "{t}.deleted_at IS NULL AND {t}.is_active AND NOT {t}.is_internal"
"""The categories that a storefront may see (contract section 22)."""

PRODUCT_TYPE: Final[Resource] = Resource(ProductType, key="product_type", plural="product_types")
COLLECTION: Final[Resource] = Resource(ProductCollection, key="collection", plural="collections")
PRODUCT_TAG: Final[Resource] = Resource(
    ProductTag,
    key="product_tag",
    plural="product_tags",
    defaults=("id", "value", "external_id", "created_at", "updated_at", "metadata"),
    filters={
        **plain("id", "value", "external_id"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
    },
    search=("value",),
    combines=True,
    with_deleted=True,
    limit=20,
)
CATEGORY: Final[Resource] = Resource(
    ProductCategory, key="product_category", plural="product_categories", order="{t}.rank"
)
