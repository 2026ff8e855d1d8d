"""Delete products with their variants, prices, stock items and own options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.products import retire_products
from kit.db import run
from kit.outbox import tell
from operations.delete_variants import retire_offers


async def delete_product(session: AsyncSession, product_id: str) -> str:
    """Soft-delete one product and return its id. Errors: as `delete_products`."""
    await delete_products(session, [product_id])
    return product_id


async def delete_products(session: AsyncSession, product_ids: Sequence[str]) -> None:
    """Soft-delete products; one that is gone is no error (contract section 1).

    Errors: `invalid_data` while stock of a variant is reserved (contract section 21).
    """
    found = [row.id for row in await run(session, _LOCK, list(product_ids))]
    if not found:
        return
    await retire_offers(session, [row.id for row in await run(session, _VARIANTS, found)])
    await tell(session, "product.deleted", *await retire_products(session, found))


_LOCK: Final = "SELECT id FROM product WHERE id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY id FOR UPDATE"
_VARIANTS: Final = """
SELECT id FROM product_variant WHERE product_id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY id FOR UPDATE
"""
