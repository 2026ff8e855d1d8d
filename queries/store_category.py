"""The categories that a storefront may see: one statement, and one more that counts a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kit.query import fetch_list, fetch_one, read_list, read_one
from kit.query.selection import Selection
from queries.category import STORE_CATEGORY, with_trees
from queries.taxonomy import SHOWN

Pairs = Sequence[tuple[str, str]]
_KIN: Final = ("category_children", "parent_category")


async def fetch_categories(on: AsyncConnection, pairs: Pairs, sales_channel_ids: Sequence[str]) -> str:
    """Return a page of categories as JSON text. Errors: invalid_data for a bad query string."""
    resource = with_trees(STORE_CATEGORY, pairs, listed=True)
    asked = read_list(resource, pairs)
    asked = replace(asked, selection=_with_products_of_kin(asked.selection))
    params = {"sales_channel_ids": list(sales_channel_ids)}
    return await fetch_list(on, resource, asked, where=[SHOWN], params=params)


async def fetch_category(on: AsyncConnection, id_: str, pairs: Pairs, sales_channel_ids: Sequence[str]) -> str | None:
    """Return one category as JSON text, None when it is not shown. Errors: as `fetch_categories`."""
    resource = with_trees(STORE_CATEGORY, pairs)
    selection = _with_products_of_kin(read_one(resource, pairs).selection)
    params = {"id": id_, "sales_channel_ids": list(sales_channel_ids)}
    return await fetch_one(on, resource, selection, where=["{t}.id = :id", SHOWN], params=params)


def _with_products_of_kin(selection: Selection) -> Selection:
    """Return `selection` with the products of parents and children too, if products are asked for at all.

    The peer's categories show them wherever they stand (recorded: `GET /store/product-categories` of a storefront).
    """
    products = selection.child("products")
    return selection if products is None else _with_products(selection, products)


def _with_products(selection: Selection, products: Selection) -> Selection:
    children = {name: child for name, child in selection.children if name not in _KIN}
    kin = {name: _with_products(child, products) for name, child in selection.children if name in _KIN}
    return replace(selection, children=tuple(sorted({"products": products, **children, **kin}.items())))
