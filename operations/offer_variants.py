"""Make variants buyable: their prices, and the inventory items that they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.models import InventoryItem
from commerce.inventory.service import NewInventoryItem, create_inventory_items
from commerce.pricing.service import NewPrice, create_price_sets
from commerce.product.models import ProductVariant
from commerce.product.types import NewVariant
from commerce.product.variants import link_variants
from kit.outbox import tell
from kit.rows import keep

ONE: Final = Decimal(1)


@dataclass(frozen=True)
class VariantOffer:
    """A variant with its prices; `inventory` names existing items (item id, how many) of a kit."""

    variant: NewVariant
    prices: Sequence[NewPrice] = ()
    inventory: Sequence[tuple[str, Decimal]] = ()


async def offer_variants(
    session: AsyncSession, variants: Sequence[ProductVariant], offers: Sequence[VariantOffer]
) -> list[str | None]:
    """Give new variants their prices and stock; return the id of the item that was made for each, None without one.

    A variant whose stock is managed, and that is no kit, gets an item of its own (contract section 21). Errors:
    `not_found` for an unknown inventory item, `invalid_data` for an empty tier of a price.
    """
    kits = {item for offer in offers for item, _ in offer.inventory}
    await keep(session, InventoryItem, *kits)
    price_sets = await create_price_sets(session, [offer.prices for offer in offers])
    items = await _stock(session, variants, offers)
    made = [(variant.id, item, ONE) for variant, item in zip(variants, items, strict=True) if item]
    named = [
        (variant.id, item, quantity)
        for variant, offer in zip(variants, offers, strict=True)
        for item, quantity in offer.inventory
    ]
    by_variant = {variant.id: price_set for variant, price_set in zip(variants, price_sets, strict=True)}
    await link_variants(session, by_variant, [*made, *named])
    await tell(session, "product-variant.created", *by_variant)
    return items


async def _stock(
    session: AsyncSession, variants: Sequence[ProductVariant], offers: Sequence[VariantOffer]
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
