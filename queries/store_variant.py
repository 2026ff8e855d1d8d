"""The variants that a storefront may see, with prices and stock: one statement, and one more that counts a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kit.query import LIVE, Filter, Kind, Resource, ops, plain, read_list, read_one
from queries.product import TAXED_VARIANT, VARIANT
from queries.storefront import ACCEPTS, IN_CHANNELS, Shopper, fetch_page, fetch_single, look

_COLUMNS: Final = (
    *("id", "title", "sku", "barcode", "ean", "upc", "allow_backorder", "manage_inventory", "variant_rank"),
    *("product_id", "thumbnail", "hs_code", "origin_country", "mid_code", "material", "weight", "length", "height"),
    *("width", "created_at", "updated_at", "metadata"),
)
# The peer shows with a picture the product and the variants that it has read for other reasons; so do we.
_OF_IMAGES: Final = (
    *("images.product.id", "images.product.type_id", "images.product.type.id"),
    *("*images.variants", "*images.variants.options", "images.variants.product.id"),
    *("images.variants.product.type_id", "images.variants.product.type.id"),
)


def _of_options(column: str) -> Filter:
    return Filter(
        "EXISTS (SELECT FROM product_variant_option o JOIN product_option_value v ON v.id = o.option_value_id"
        f" WHERE o.variant_id = {{t}}.id AND v.{column} {{matches}})",
        takes="one",
    )


_DECLARED: Final = {
    "defaults": (*_COLUMNS, "*options", "*images", "product.id", "product.type_id", *_OF_IMAGES),
    "allowed": (
        *("calculated_price", "deleted_at", "images.id", "images.rank", "images.url", "inventory_quantity"),
        *("options.id", "options.value"),
    ),
    "max_hops": 4,
    "accepts": ACCEPTS,
    "filters": {
        **plain("id", "sku", "product_id"),
        **plain("allow_backorder", "manage_inventory", kind=Kind.BOOLEAN),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
        **{f"options.{name}": _of_options(name) for name in ("value", "option_id")},
    },
    "search": ("title", "sku", "barcode", "ean", "upc"),
    "order": None,
    "limit": 20,
    "combines": True,
    "idle": ("with_deleted",),
}
_SHOWN: Final[Mapping[bool, Resource]] = {
    False: VARIANT.but(**_DECLARED),
    True: TAXED_VARIANT.but(**_DECLARED),
}
STORE_VARIANT: Final = _SHOWN[False]
_SCOPE: Final = (
    LIVE,
    f"""EXISTS (SELECT FROM product p WHERE p.id = {{t}}.product_id AND p.deleted_at IS NULL AND p.status = 'published'
    AND {IN_CHANNELS.replace("{product}", "p.id")})""",
)


async def fetch_variants(on: AsyncConnection, pairs: Iterable[tuple[str, str]], shopper: Shopper) -> str:
    """Return a page of variants as JSON text, by two statements.

    Errors: invalid_data for a bad query string, a channel that the key does not open, a region that is not there.
    """
    asked = read_list(STORE_VARIANT, pairs)
    return await fetch_page(on, lambda taxed: _SHOWN[taxed], asked, look(asked, shopper, _SCOPE, variants=""))


async def fetch_variant(
    on: AsyncConnection, id_: str, pairs: Iterable[tuple[str, str]], shopper: Shopper
) -> str | None:
    """Return one variant as JSON text, None when it is not there for this shopper. Errors: as `fetch_variants`."""
    seen = look(read_one(STORE_VARIANT, pairs), shopper, _SCOPE, variants="")
    return await fetch_single(on, lambda taxed: _SHOWN[taxed], id_, seen)
