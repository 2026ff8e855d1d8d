"""What products are sorted by: types, collections, tags, categories; queries/taxonomy_products.py adds the products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from commerce.product.taxonomy import ProductCategory, ProductCollection, ProductTag, ProductType
from kit.query.columns import Kind
from kit.query.filters import Filter, ops, plain
from kit.query.resource import LIVE, Resource, many, one

SHOWN: Final = "{t}.deleted_at IS NULL AND {t}.is_active AND NOT {t}.is_internal"
"""The categories that a storefront may see (contract section 22)."""

_WORD: Final = ("id", "value", "external_id", "created_at", "updated_at", "metadata")
_MOMENTS: Final[Mapping[str, Filter]] = ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT)

PRODUCT_TYPE: Final[Resource] = Resource(
    ProductType,
    key="product_type",
    plural="product_types",
    defaults=_WORD,
    filters={**plain("id", "value", "external_id"), **_MOMENTS},
    search=("value",),
    combines=True,
    with_deleted=True,
    limit=10,
)
PRODUCT_TAG: Final[Resource] = Resource(
    ProductTag,
    key="product_tag",
    plural="product_tags",
    defaults=_WORD,
    filters={**plain("id", "value", "external_id"), **_MOMENTS},
    search=("value",),
    combines=True,
    with_deleted=True,
    limit=20,
)
COLLECTION: Final[Resource] = Resource(
    ProductCollection,
    key="collection",
    plural="collections",
    defaults=("id", "title", "handle", "external_id", "created_at", "updated_at", "metadata"),
    filters={**plain("id", "title", "handle", "external_id"), **_MOMENTS},
    search=("title",),
    combines=True,
    with_deleted=True,
    limit=10,
)
CATEGORY: Final[Resource] = Resource(
    ProductCategory,
    key="product_category",
    plural="product_categories",
    order="{t}.rank",
    filters={
        **plain("id", "description", "handle"),
        **plain("parent_category_id", "external_id", nullable=True),
        **_MOMENTS,
    },
    search=("name", "description", "handle"),
    combines=True,
    relations=lambda: {
        "parent_category": one(lambda: CATEGORY, on="parent_category_id", where=LIVE),
        "category_children": many(lambda: CATEGORY, on="parent_category_id", where=LIVE),
    },
)
