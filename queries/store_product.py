"""The products that a storefront may see, with prices and stock: one statement, and one more that counts a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kit.query import LIVE, read_list, read_one
from kit.query.resource import Resource
from queries.product import PRODUCT, product_relations
from queries.selecting import also
from queries.store_product_fields import ALLOWED, DEFAULTS
from queries.storefront import ACCEPTS, IN_CHANNELS, Shopper, fetch_page, fetch_single, look
from queries.taxonomy import CATEGORY

STORE_PRODUCT: Final = PRODUCT.but(
    defaults=DEFAULTS, allowed=ALLOWED, max_hops=4, accepts=ACCEPTS, idle=("with_deleted",)
)
_UNASKED: Final = CATEGORY.but(along=())
# By whether amounts with tax show, and whether a single product shows its categories unasked, as the peer's does.
_SHOWN: Final[Mapping[tuple[bool, bool], Resource]] = {
    (taxed, unasked): STORE_PRODUCT.but(
        relations=product_relations(taxed=taxed, category=_UNASKED if unasked else CATEGORY)
    )
    for taxed in (False, True)
    for unasked in (False, True)
}
_SCOPE: Final = (LIVE, "{t}.status = 'published'", IN_CHANNELS.replace("{product}", "{t}.id"))
SOLD: Final = " AND ".join(_SCOPE)
"""The products that a storefront may see, where something else leads to them."""


async def fetch_products(on: AsyncConnection, pairs: Iterable[tuple[str, str]], shopper: Shopper) -> str:
    """Return a page of products as JSON text, by two statements.

    Errors: invalid_data for a bad query string, a channel that the key does not open, a region that is not there.
    """
    asked = read_list(STORE_PRODUCT, pairs)
    seen = look(asked, shopper, _SCOPE, variants="variants.")
    return await fetch_page(on, lambda taxed: _SHOWN[taxed, False], asked, seen)


async def fetch_product(
    on: AsyncConnection, id_: str, pairs: Iterable[tuple[str, str]], shopper: Shopper
) -> str | None:
    """Return one product as JSON text, None when it is not there for this shopper. Errors: as `fetch_products`."""
    seen = look(read_one(STORE_PRODUCT, pairs, as_list=True), shopper, _SCOPE, variants="variants.")
    unasked = seen.selection.child("categories") is None
    if unasked:
        seen = replace(seen, selection=also(seen.selection, "categories.is_internal"))
    return await fetch_single(on, lambda taxed: _SHOWN[taxed, unasked], id_, seen)
