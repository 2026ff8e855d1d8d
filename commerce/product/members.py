"""Which products are in a collection or in a category (contract section 22)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.taxonomy import ProductCategory, ProductCollection
from kit import clock
from kit.db import run
from kit.errors import not_found
from kit.rows import locked

_LOCK: Final = """
SELECT id FROM product WHERE id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE"""
_LEAVE_COLLECTION: Final = """
UPDATE product SET collection_id = NULL, updated_at = $3 WHERE id = ANY($1::text[]) AND collection_id = $2"""
_JOIN_COLLECTION: Final = "UPDATE product SET collection_id = $2, updated_at = $3 WHERE id = ANY($1::text[])"
_LEAVE_CATEGORY: Final = """
DELETE FROM product_category_product WHERE product_id = ANY($1::text[]) AND product_category_id = $2"""
_JOIN_CATEGORY: Final = """
INSERT INTO product_category_product (product_id, product_category_id)
SELECT id, $2 FROM unnest($1::text[]) AS product(id) ORDER BY id ON CONFLICT DO NOTHING"""


async def set_collection_products(
    session: AsyncSession, collection_id: str, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> str:
    """Take products out of the collection and put others in; what both lists name is in.

    Errors: `not_found` for the collection or a product to put in.
    """
    await locked(session, ProductCollection, collection_id, called="Collection")
    await _lock_products(session, add, remove)
    await run(session, _LEAVE_COLLECTION, list(remove), collection_id, clock.now())
    await run(session, _JOIN_COLLECTION, list(add), collection_id, clock.now())
    return collection_id


async def set_category_products(
    session: AsyncSession, category_id: str, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> str:
    """Take products out of the category and put others in; what both lists name is in.

    Errors: `not_found` for the category or a product to put in.
    """
    await locked(session, ProductCategory, category_id)
    await _lock_products(session, add, remove)
    await run(session, _LEAVE_CATEGORY, list(remove), category_id)
    await run(session, _JOIN_CATEGORY, list(add), category_id)
    return category_id


async def _lock_products(session: AsyncSession, add: Sequence[str], remove: Sequence[str]) -> None:
    """Lock the products in one order; one to take out may be gone, one to put in may not."""
    there = {row.id for row in await run(session, _LOCK, [*add, *remove])}
    missing = [id_ for id_ in add if id_ not in there]
    if missing:
        raise not_found(f"Products with ids: {', '.join(missing)} were not found")
