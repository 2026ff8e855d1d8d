"""Products, their variants, options and pictures; what admins read is in queries/admin_product.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import queries.inventory
from commerce.fulfillment.models import ShippingProfile
from commerce.product.models import (
    Product,
    ProductImage,
    ProductOption,
    ProductOptionValue,
    ProductVariant,
    ProductVariantInventoryItem,
)
from kit.query.columns import Column, Kind, columns_of, computed
from kit.query.filters import Filter, ops, plain
from kit.query.resource import LIVE, Fragment, Link, Relation, Resource, many, one
from kit.query.rounding import rho
from kit.search import sought
from queries.price import PRICE
from queries.prices import calculated_price_json, selected_price
from queries.taxes import tax_rate
from queries.taxonomy import CATEGORY, COLLECTION, PRODUCT_TAG, PRODUCT_TYPE, SHOWN

IMAGE: Final[Resource] = Resource(
    ProductImage,
    key="image",
    plural="images",
    order="{t}.rank, {t}.id",
    relations=lambda: {
        "product": one(lambda: PRODUCT, on="product_id", where=LIVE),
        "variants": many(lambda: VARIANT, on=Link("variant_image", "image_id", "variant_id"), where=LIVE),
    },
)
OPTION_VALUE: Final[Resource] = Resource(
    ProductOptionValue,
    key="product_option_value",
    plural="product_option_values",
    order="{t}.rank, {t}.id",
    relations=lambda: {"option": one(lambda: OPTION, on="option_id", where=LIVE)},
)
_CHOSEN_VALUE: Final[Resource] = OPTION_VALUE.but(
    relations=lambda: {"option": one(lambda: OPTION, on="option_id", where=LIVE, stub=True)}
)
OPTION: Final[Resource] = Resource(
    ProductOption,
    key="product_option",
    plural="product_options",
    relations=lambda: {
        "values": many(lambda: OPTION_VALUE, on="option_id", where=LIVE),
        "products": many(
            lambda: PRODUCT, on=Link("product_product_option", "product_option_id", "product_id"), where=LIVE
        ),
    },
)
OPTION_OF_PRODUCT: Final[Resource] = OPTION.but(
    source=Fragment(
        "SELECT o.*, l.product_id FROM product_option o JOIN product_product_option l ON l.product_option_id = o.id",
        columns_of(ProductOption),
    ),
    relations=lambda: {**OPTION.links, "values": many(lambda: OPTION_VALUE, on=_USED_VALUE, where=LIVE)},
)
"""An option as one product uses it: of a shared one, the product's own choice of values."""
_USED_VALUE: Final = """{t}.option_id = {parent}.id AND ({parent}.is_exclusive OR EXISTS (
    SELECT FROM product_product_option_value u
    WHERE u.product_id = {parent}.product_id AND u.option_value_id = {t}.id))"""
_SHIPPING_PROFILE: Final = Resource(ShippingProfile, key="shipping_profile", plural="shipping_profiles")
_VARIANT_ITEM: Final[Resource] = Resource(
    ProductVariantInventoryItem,
    key="inventory_item",
    plural="inventory_items",
    along=("variant_id", "inventory_item_id"),
    computed={"deleted_at": computed("NULL::timestamptz", Kind.MOMENT, star=True)},  # the peer's link has one
    relations=lambda: {"inventory": one(lambda: queries.inventory.INVENTORY_ITEM, on="inventory_item_id", where=LIVE)},
)
_OF_LIVE_ITEM: Final = (
    "EXISTS (SELECT FROM inventory_item i WHERE i.id = {t}.inventory_item_id AND i.deleted_at IS NULL)"
)
"""An item that was deleted stays linked, so that its variant is not sold without limit, but is not shown."""
_SHOWN_IN: Final = """{t}.product_id = {parent}.product_id AND (
    EXISTS (SELECT FROM variant_image i WHERE i.image_id = {t}.id AND i.variant_id = {parent}.id)
    OR NOT EXISTS (SELECT FROM variant_image i WHERE i.image_id = {t}.id))"""
"""The pictures of a variant: its own, and those of its product that are of no variant."""

_ROUNDED: Final = "CASE WHEN :tax_digits::int IS NULL THEN trim_scale({0}) ELSE {1} END"


def _with_tax(which: str) -> str:
    """Return the two keys that an amount has where taxes apply; each tax is rounded as the calculator does."""
    amount = f"{{cp}}.{which}_amount"
    inside = f"{amount} * {{tax}}.rate / (1 + {{tax}}.rate)"
    outside = f"{amount} * {{tax}}.rate"
    keys = (("with_tax", "+", outside, False), ("without_tax", "-", inside, True))
    shown = ""
    for name, sign, tax, when_inclusive in keys:
        applies = f"{'' if when_inclusive else 'NOT '}{{cp}}.{which}_inclusive"
        rounded = _ROUNDED.format(tax, rho(tax, ":tax_digits"))
        shown += f", '{which}_amount_{name}', trim_scale({amount} {sign} CASE WHEN {applies} THEN {rounded} ELSE 0 END)"
    return shown


def _calculated_price(extra: str = "") -> Column:
    return computed(calculated_price_json("{cp}", "{ps}.price_set_id", ":currency_code::text", extra))


_AVAILABLE: Final = """
  CASE WHEN {t}.manage_inventory THEN coalesce((
    SELECT min(floor(coalesce((
      SELECT sum(l.stocked_quantity - l.reserved_quantity) FROM inventory_level l
      WHERE l.inventory_item_id = i.inventory_item_id AND l.deleted_at IS NULL AND l.location_id IN (
        SELECT s.stock_location_id FROM sales_channel_stock_location s
        WHERE s.sales_channel_id = ANY(:sales_channel_ids::text[]))), 0) / i.required_quantity))
    FROM product_variant_inventory_item i WHERE i.variant_id = {t}.id), 0) END"""
"""Units of a variant that the channels' locations can give, for a kit as many as its scarcest part (section 21)."""

_JOINS: Final[Mapping[str, str]] = {
    "ps": "LEFT JOIN product_variant_price_set {ps} ON {ps}.variant_id = {t}.id",
    "cp": "LEFT JOIN LATERAL "
    + selected_price("{ps}.price_set_id", "NULL::numeric", ":currency_code::text", ":price_context::jsonb")
    + " AS {cp} ON true",
    "tax": "LEFT JOIN LATERAL "
    + tax_rate("{t}.product_id", ":country_code::text", ":province::text")
    + " AS {tax} ON true",
}

VARIANT: Final[Resource] = Resource(
    ProductVariant,
    key="variant",
    plural="variants",
    order="{t}.variant_rank, {t}.id",
    joins=_JOINS,
    brings={"inventory_quantity": ("manage_inventory",)},
    computed={"calculated_price": _calculated_price(), "inventory_quantity": computed(_AVAILABLE, Kind.NUMBER)},
    relations=lambda: {
        "options": many(
            lambda: _CHOSEN_VALUE, on=Link("product_variant_option", "variant_id", "option_value_id"), where=LIVE
        ),
        "images": many(lambda: IMAGE, on=_SHOWN_IN, where=LIVE),
        "product": one(lambda: PRODUCT, on="product_id", where=LIVE),
        "prices": many(
            lambda: PRICE,
            on="{t}.price_set_id = (SELECT price_set_id FROM product_variant_price_set WHERE variant_id = {parent}.id)",
            where="{t}.deleted_at IS NULL AND {t}.price_list_id IS NULL",
        ),
        "inventory_items": many(lambda: _VARIANT_ITEM, on="variant_id", where=_OF_LIVE_ITEM),
        "inventory": many(
            lambda: queries.inventory.INVENTORY_ITEM,
            on=Link("product_variant_inventory_item", "variant_id", "inventory_item_id"),
            where=LIVE,
        ),
    },
)
VARIANT_ALONE: Final[Resource] = VARIANT.but(
    relations=lambda: {**VARIANT.links, "product": one(lambda: PRODUCT, on="product_id", where=LIVE, stub=True)}
)
"""A variant as lines and inventory items show it: its product by the key alone."""
TAXED_VARIANT: Final[Resource] = VARIANT.but(
    computed={
        **VARIANT.computed,
        "calculated_price": _calculated_price(_with_tax("calculated") + _with_tax("original")),
    }
)


def product_relations(*, taxed: bool = False, category: Resource = CATEGORY) -> Callable[[], Mapping[str, Relation]]:
    """Return what a product leads to; `taxed` prices have the four amounts with and without tax."""
    variant = TAXED_VARIANT if taxed else VARIANT
    return lambda: {
        "type": one(lambda: PRODUCT_TYPE, on="type_id", where=LIVE, stub=True),
        "collection": one(lambda: COLLECTION, on="collection_id", where=LIVE, stub=True),
        "options": many(lambda: OPTION_OF_PRODUCT, on="product_id", where=LIVE),
        "tags": many(lambda: PRODUCT_TAG, on=Link("product_tags", "product_id", "product_tag_id"), where=LIVE),
        "images": many(lambda: IMAGE, on="product_id", where=LIVE),
        "variants": many(lambda: variant, on="product_id", where=LIVE),
        "categories": many(
            lambda: category, on=Link("product_category_product", "product_id", "product_category_id"), where=SHOWN
        ),
        "shipping_profile": one(
            lambda: _SHIPPING_PROFILE,
            on=Link("product_shipping_profile", "product_id", "shipping_profile_id"),
            where=LIVE,
        ),
    }


def linked(table: str, column: str) -> Filter:
    """Return the filter of what a table links a product with."""
    return Filter(f"EXISTS (SELECT FROM {table} l WHERE l.product_id = {{t}}.id AND l.{column} {{matches}})")


def _of_variants(column: str) -> Filter:
    return Filter(
        "EXISTS (SELECT FROM product_variant v WHERE v.product_id = {t}.id AND v.deleted_at IS NULL"
        f" AND v.{column} {{matches}})"
    )


_SEARCH: Final = (
    *("title", "subtitle", "description"),
    f"""SELECT v.product_id FROM product_variant v
    WHERE v.deleted_at IS NULL AND {sought("v", "title", "sku", "barcode", "ean", "upc")} {{matches}}""",
    """SELECT p.id FROM product_collection c JOIN product p ON p.collection_id = c.id
    WHERE c.deleted_at IS NULL AND c.title {matches}""",
)
_OPTION_VALUE: Final = Filter(
    """EXISTS (SELECT FROM product_variant v JOIN product_variant_option o ON o.variant_id = v.id
    WHERE v.product_id = {t}.id AND v.deleted_at IS NULL AND o.option_value_id {matches})"""
)

PRODUCT: Final[Resource] = Resource(
    Product,
    key="product",
    plural="products",
    relations=product_relations(),
    filters={
        **plain("id", "title", "handle", "external_id", "collection_id", "type_id"),
        **plain("is_giftcard", kind=Kind.BOOLEAN),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
        "category_id": linked("product_category_product", "product_category_id"),
        "tag_id": linked("product_tags", "product_tag_id"),
        "option_id": linked("product_product_option", "product_option_id"),
        "option_value_id": _OPTION_VALUE,
        **{f"variants.{name}": _of_variants(name) for name in ("id", "title", "sku", "barcode", "ean", "upc")},
    },
    search=_SEARCH,
    combines=True,
    with_deleted=True,
)
