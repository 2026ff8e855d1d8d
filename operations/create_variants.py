"""Add variants to a product that exists."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product import variants
from commerce.product.models import Product
from kit.rows import locked
from operations.offer_variants import VariantOffer, offer_variants


async def create_variant(session: AsyncSession, product_id: str, offer: VariantOffer) -> str:
    """Add one variant and return the product's id. Errors: as `create_variants`."""
    await create_variants(session, product_id, [offer])
    return product_id


async def create_variants(session: AsyncSession, product_id: str, offers: Sequence[VariantOffer]) -> list[str]:
    """Add variants with their prices and stock, and return their ids in the order given.

    A refusal knows which of `offers` it is about. Errors: `not_found` for the product, and what
    commerce.product.variants.create_variants and `offer_variants` refuse.
    """
    if not offers:
        return []
    await locked(session, Product, product_id)
    rows = await variants.create_variants(session, [(product_id, offer.variant) for offer in offers])
    await offer_variants(session, rows, offers)
    return [row.id for row in rows]
