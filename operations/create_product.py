"""Create a product with everything that makes it buyable: prices, stock items, channels, shipping profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.service import NewInventoryItem, create_inventory_items
from commerce.pricing.service import NewPrice, create_price_sets
from commerce.product import service as products
from commerce.product.models import ProductVariant
from commerce.product.service import NewProduct, NewVariant
from kit.outbox import emit

ONE: Final = Decimal(1)


@dataclass(frozen=True)
class VariantOffer:
    """A variant with its prices; `inventory` names existing items (item id, how many) of a kit."""

    variant: NewVariant
    prices: Sequence[NewPrice] = ()
    inventory: Sequence[tuple[str, Decimal]] = ()


@dataclass(frozen=True)
class CreatedProduct:
    """The ids of what was made; variants and items in the order of the offers, None where nothing is stocked anew."""

    id: str
    variant_ids: Sequence[str]
    inventory_item_ids: Sequence[str | None]


async def create_product(
    session: AsyncSession,
    product: NewProduct,
    offers: Sequence[VariantOffer],
    *,
    sales_channels: Sequence[str] = (),
    shipping_profile_id: str | None = None,
) -> CreatedProduct:
    """Create the product with the offers' variants; a variant whose stock is managed gets an item of its own.

    Errors: `invalid_data` as commerce.product.service.create_product. Rule: contract section 21.
    """
    with_variants = replace(product, variants=[offer.variant for offer in offers])
    row, variants = await products.create_product(session, with_variants)
    await products.offer_product(
        session, row.id, sales_channels=sales_channels, shipping_profile_id=shipping_profile_id
    )
    price_sets = await create_price_sets(session, [offer.prices for offer in offers])
    items = await _stock(session, offers, variants)
    await products.link_variants(
        session,
        {variant.id: price_set for variant, price_set in zip(variants, price_sets, strict=True)},
        [(variant.id, item, ONE) for variant, item in zip(variants, items, strict=True) if item]
        + [
            (variant.id, item, quantity)
            for variant, offer in zip(variants, offers, strict=True)
            for item, quantity in offer.inventory
        ],
    )
    await emit(session, ("product.created", {"id": row.id}))
    return CreatedProduct(row.id, [variant.id for variant in variants], items)


async def _stock(
    session: AsyncSession, offers: Sequence[VariantOffer], variants: Sequence[ProductVariant]
) -> list[str | None]:
    """Create one item for each managed variant that is no kit; titles are the variant's, as Medusa has it."""
    stocked = [
        variant
        for variant, offer in zip(variants, offers, strict=True)
        if variant.manage_inventory and not offer.inventory
    ]
    new = [
        NewInventoryItem(
            sku=variant.sku,
            title=variant.title,
            description=variant.title,
            hs_code=variant.hs_code,
            origin_country=variant.origin_country,
            mid_code=variant.mid_code,
            material=variant.material,
            weight=variant.weight,
            length=variant.length,
            height=variant.height,
            width=variant.width,
        )
        for variant in stocked
    ]
    made = dict(zip((v.id for v in stocked), await create_inventory_items(session, new), strict=True))
    return [made.get(variant.id) for variant in variants]
