"""Delete variants with their prices and the inventory items that nothing else is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.service import delete_inventory_items
from commerce.pricing.price_sets import retire_price_sets
from commerce.product.models import Product
from commerce.product.variants import retire_variants
from kit.db import run
from kit.errors import CommerceError, invalid_data
from kit.outbox import tell
from kit.rows import locked


async def delete_variant(session: AsyncSession, product_id: str, variant_id: str) -> str:
    """Delete one variant and return its product's id. Errors: as `delete_variants`."""
    await delete_variants(session, product_id, [variant_id])
    return product_id


async def delete_variants(session: AsyncSession, product_id: str, variant_ids: Sequence[str]) -> None:
    """Soft-delete variants of a product; one that is gone, or another product's, is left out (contract section 1).

    Errors: `not_found` for the product, `invalid_data` while stock of one is reserved.
    """
    await locked(session, Product, product_id)
    found = [row.id for row in await run(session, _OF_PRODUCT, product_id, list(variant_ids))]
    await retire_offers(session, found)
    await tell(session, "product-variant.deleted", *await retire_variants(session, found))


async def retire_offers(session: AsyncSession, variant_ids: Sequence[str]) -> None:
    """Soft-delete the prices of variants that go, and their inventory items unless another variant has them.

    Errors: `invalid_data` while units of such an item are reserved.
    """
    await run(session, _LOCK_ITEMS, list(variant_ids))  # so that no other variant gets one while it goes
    items = [row.inventory_item_id for row in await run(session, _ITEMS, list(variant_ids))]
    try:
        await delete_inventory_items(session, *items)
    except CommerceError as error:
        if error.type != "not_allowed":
            raise
        raise invalid_data(error.message) from error  # as recorded: of another type than where an item is deleted
    await retire_price_sets(session, [row.price_set_id for row in await run(session, _PRICE_SETS, list(variant_ids))])


_OF_PRODUCT: Final = """
SELECT id FROM product_variant WHERE product_id = $1 AND id = ANY($2::text[]) AND deleted_at IS NULL
ORDER BY id FOR UPDATE
"""
_LOCK_ITEMS: Final = """
SELECT i.id FROM inventory_item i WHERE i.deleted_at IS NULL AND i.id IN (
  SELECT inventory_item_id FROM product_variant_inventory_item WHERE variant_id = ANY($1::text[]))
ORDER BY i.id FOR UPDATE
"""
_ITEMS: Final = """
SELECT DISTINCT l.inventory_item_id FROM product_variant_inventory_item l
JOIN product_variant v ON v.id = l.variant_id AND v.manage_inventory
WHERE v.id = ANY($1::text[]) AND NOT EXISTS (
  SELECT FROM product_variant_inventory_item other
  JOIN product_variant o ON o.id = other.variant_id AND o.deleted_at IS NULL
  WHERE other.inventory_item_id = l.inventory_item_id AND o.id <> ALL($1::text[]))
"""
_PRICE_SETS: Final = "SELECT price_set_id FROM product_variant_price_set WHERE variant_id = ANY($1::text[])"
