"""Types, collections and tags with the products in them, for admins and for storefronts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from kit.query.filters import Filter
from kit.query.resource import LIVE, Link, Relation, Resource, many
from queries.product import PRODUCT
from queries.store_product import SOLD
from queries.store_taxonomy_fields import OF_PRODUCTS
from queries.taxonomy import COLLECTION, PRODUCT_TAG, PRODUCT_TYPE

_TAGGED: Final = Link("product_tags", "product_tag_id", "product_id")


def products_of(on: str | Link, where: str, back: str = "") -> Callable[[], Mapping[str, Relation]]:
    """Return the relation `products`; the way `back` is no part of what `*` shows of a product here."""

    def relations() -> Mapping[str, Relation]:
        links = {name: replace(link, stub="" if name == back else link.stub) for name, link in PRODUCT.links.items()}
        product = PRODUCT.but(relations=links)
        return {"products": many(lambda: product, on=on, where=where)}

    return relations


def _without_deleted(resource: Resource) -> Mapping[str, Filter]:
    return {name: each for name, each in resource.filters.items() if name != "deleted_at"}


ADMIN_PRODUCT_TYPE: Final = PRODUCT_TYPE.but(relations=products_of("type_id", LIVE, "type"))
ADMIN_PRODUCT_TAG: Final = PRODUCT_TAG.but(relations=products_of(_TAGGED, LIVE))
ADMIN_COLLECTION: Final = COLLECTION.but(relations=products_of("collection_id", LIVE, "collection"))

STORE_PRODUCT_TYPE: Final = PRODUCT_TYPE.but(
    defaults=(*PRODUCT_TYPE.defaults, "*products"),
    allowed=OF_PRODUCTS,
    relations=products_of("type_id", SOLD, "type"),
    with_deleted=False,
    idle=("with_deleted",),
    limit=50,
)
STORE_PRODUCT_TAG: Final = PRODUCT_TAG.but(
    defaults=(*PRODUCT_TAG.defaults, "*products"),
    allowed=OF_PRODUCTS,
    relations=products_of(_TAGGED, SOLD),
    with_deleted=False,
    idle=("with_deleted",),
    limit=50,
)
STORE_COLLECTION: Final = COLLECTION.but(
    defaults=tuple(name for name in COLLECTION.defaults if name != "metadata"),
    allowed=("deleted_at", "metadata", "products", *OF_PRODUCTS),
    filters=_without_deleted(COLLECTION),
    relations=products_of("collection_id", SOLD, "collection"),
    order="{t}.created_at DESC",
    with_deleted=False,
    idle=("with_deleted",),
)
