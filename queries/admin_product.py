"""Products and variants as admins read them: with their plain prices, every channel, all stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from commerce.pricing.models import Price
from commerce.product.models import ProductStatus
from commerce.sales_channel.models import SalesChannel
from kit.query import (
    LIVE,
    Filter,
    Fragment,
    Kind,
    Link,
    Resource,
    Selection,
    columns_of,
    computed,
    many,
    one,
    ops,
    plain,
)
from queries.product import OPTION_OF_PRODUCT, PRODUCT, VARIANT, linked, product_relations
from queries.taxonomy import CATEGORY

_MEASURES: Final = ("weight", "length", "height", "width")
_MOMENTS: Final = ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT)

_PRICE_COLUMNS: Final = ("id", "amount", "currency_code", "min_quantity", "max_quantity", "created_at", "updated_at")
_SALES_CHANNEL: Final = Resource(SalesChannel, key="sales_channel", plural="sales_channels")
_CATEGORY: Final[Resource] = CATEGORY.but(
    relations=lambda: {
        **CATEGORY.links,
        "parent_category": one(lambda: CATEGORY, on="parent_category_id", where=LIVE, stub=True),
    }
)
_PRICE: Final = Resource(
    Fragment(
        """SELECT p.id, p.amount, p.currency_code, p.min_quantity, p.max_quantity, l.variant_id,
          p.created_at, p.updated_at
        FROM price p JOIN product_variant_price_set l ON l.price_set_id = p.price_set_id
        WHERE p.deleted_at IS NULL AND p.price_list_id IS NULL""",
        {
            "variant_id": computed("{t}.variant_id", Kind.TEXT, star=True),
            **{name: columns_of(Price)[name] for name in _PRICE_COLUMNS},
        },
    ),
    key="price",
    plural="prices",
    along=("id", "variant_id", "rules"),
    computed={
        "rules": computed(
            "SELECT coalesce(jsonb_object_agg(r.attribute, r.value), '{}') FROM price_rule r"
            " WHERE r.price_id = {t}.id AND r.deleted_at IS NULL",
            star=True,
        )
    },
)
_STOCK: Final = computed(
    """CASE WHEN {t}.manage_inventory THEN coalesce((
    SELECT min(floor(coalesce((
      SELECT sum(l.stocked_quantity - l.reserved_quantity) FROM inventory_level l
      WHERE l.inventory_item_id = i.inventory_item_id AND l.deleted_at IS NULL), 0) / i.required_quantity))
    FROM product_variant_inventory_item i WHERE i.variant_id = {t}.id), 0) END""",
    Kind.NUMBER,
)
"""Units of a variant that all locations together can give."""

_COLUMNS: Final = (
    *("id", "title", "sku", "thumbnail", "barcode", "ean", "upc", "allow_backorder", "manage_inventory", "hs_code"),
    *("origin_country", "mid_code", "material", *_MEASURES, "metadata", "variant_rank", "product_id"),
    *("created_at", "updated_at", "deleted_at"),
)
_OF_PRODUCT: Final[Resource] = VARIANT.but(
    computed={},
    brings={},
    relations=lambda: {
        **VARIANT.links,
        "prices": many(lambda: _PRICE, on="variant_id", where="", order="{t}.currency_code, {t}.id"),
    },
)
"""A variant inside of its product, where the peer never shows how much of it there is."""


def _with_products_of_images(selection: Selection) -> Selection:
    """Show the product of a picture where a variant shows both: the peer has them in memory then."""
    product, images = selection.child("product"), selection.child("images")
    if product is None or images is None or not images.star:
        return selection
    children = dict(images.children)
    children.setdefault("product", replace(product, children=()))
    images = replace(images, children=tuple(sorted(children.items())))
    return replace(selection, children=tuple(sorted({**dict(selection.children), "images": images}.items())))


ADMIN_VARIANT: Final[Resource] = _OF_PRODUCT.but(
    computed={"inventory_quantity": _STOCK},
    brings=VARIANT.brings,
    defaults=(*_COLUMNS, "*prices", "*options"),
    filters={
        **plain("id", "sku", "ean", "upc", "barcode"),
        **plain("manage_inventory", "allow_backorder", kind=Kind.BOOLEAN),
        **_MOMENTS,
    },
    search=("title", "sku", "barcode", "ean", "upc"),
    combines=True,
    with_deleted=True,
    order=None,
    amend=_with_products_of_images,
)
ADMIN_VARIANTS: Final[Resource] = ADMIN_VARIANT.but(defaults=(*_COLUMNS, "*product", "*prices", "*options"))

ADMIN_PRODUCT: Final[Resource] = PRODUCT.but(
    defaults=(
        *("id", "title", "subtitle", "status", "external_id", "description", "handle", "is_giftcard", "discountable"),
        *("thumbnail", "collection_id", "type_id", *_MEASURES, "hs_code", "origin_country", "mid_code", "material"),
        *("created_at", "updated_at", "deleted_at", "metadata"),
        *("*type", "*collection", "*options", "*options.values", "*tags", "*images", "*variants", "*variants.prices"),
        *("*variants.options", "*variants.options.option", "*variants.images", "*sales_channels"),
    ),
    relations=lambda: {
        **product_relations()(),
        "variants": many(lambda: _OF_PRODUCT, on="product_id", where=LIVE),
        "categories": many(
            lambda: _CATEGORY, on=Link("product_category_product", "product_id", "product_category_id"), where=LIVE
        ),
        "sales_channels": many(
            lambda: _SALES_CHANNEL, on=Link("product_sales_channel", "product_id", "sales_channel_id"), where=LIVE
        ),
    },
)
_LISTED: Final[Mapping[str, Any]] = {
    **plain("status", takes="list", values=tuple(ProductStatus)),
    "sales_channel_id": linked("product_sales_channel", "sales_channel_id"),
    "price_list_id": Filter(
        """EXISTS (SELECT FROM product_variant v JOIN product_variant_price_set l ON l.variant_id = v.id
        JOIN price p ON p.price_set_id = l.price_set_id AND p.deleted_at IS NULL
        WHERE v.product_id = {t}.id AND v.deleted_at IS NULL AND p.price_list_id {matches})""",
        takes="list",
    ),
}
ADMIN_PRODUCTS: Final[Resource] = ADMIN_PRODUCT.but(
    filters={**PRODUCT.filters, **_LISTED},
    # The peer checks `$and` and `$or` here and shows every product all the same (recorded: admin_products/list_and_or).
    idle=("$and", "$or"),
    unknown="ignore",
)
ADMIN_OPTIONS_OF_PRODUCT: Final[Resource] = OPTION_OF_PRODUCT.but(
    defaults=("id", "title"),
    filters={**plain("id"), **plain("title", takes="one"), **_MOMENTS},
    search=("title",),
    combines=True,
    with_deleted=True,
)
