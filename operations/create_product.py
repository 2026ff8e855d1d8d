"""Create products with everything that makes them buyable: prices, stock items, channels, shipping profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.models import ShippingProfile
from commerce.product import products
from commerce.product.types import NewProduct
from commerce.sales_channel.models import SalesChannel
from kit.outbox import tell
from kit.rows import keep
from operations.offer_variants import VariantOffer, offer_variants


@dataclass(frozen=True)
class ProductOffer:
    """A product, its variants, and where it is offered."""

    product: NewProduct
    variants: Sequence[VariantOffer] = ()
    sales_channels: Sequence[str] = ()
    shipping_profile_id: str | None = None


@dataclass(frozen=True)
class CreatedProduct:
    """The ids of what was made; variants and items in the order of the offers, None where nothing is stocked anew."""

    id: str
    variant_ids: Sequence[str]
    inventory_item_ids: Sequence[str | None]


async def create_offer(session: AsyncSession, offer: ProductOffer) -> str:
    """Create one product with its variants and return its id. Errors: as `create_products`."""
    (made,) = await create_products(session, [offer])
    return made.id


async def create_products(session: AsyncSession, offers: Sequence[ProductOffer]) -> list[CreatedProduct]:
    """Create products with their variants, by the same number of statements whatever the number of products.

    A refusal knows which of `offers` it is about. Errors: as commerce.product.products.create_products and
    `offer_variants`; `not_found` for an unknown channel or shipping profile.
    """
    if not offers:
        return []
    await require_places(
        session,
        [id_ for offer in offers for id_ in offer.sales_channels],
        [offer.shipping_profile_id for offer in offers if offer.shipping_profile_id],
    )
    new = [replace(offer.product, variants=[each.variant for each in offer.variants]) for offer in offers]
    rows, variants = await products.create_products(session, new)
    by_row = list(zip(rows, offers, strict=True))
    await products.add_links(session, *products.CHANNELS, {row.id: offer.sales_channels for row, offer in by_row})
    profiles = {row.id: [offer.shipping_profile_id] for row, offer in by_row if offer.shipping_profile_id}
    await products.add_links(session, *products.PROFILE, profiles)
    items = await offer_variants(session, variants, [each for offer in offers for each in offer.variants])
    await tell(session, "product.created", *[row.id for row in rows])
    ids, made = iter([variant.id for variant in variants]), iter(items)
    return [
        CreatedProduct(row.id, [next(ids) for _ in offer.variants], [next(made) for _ in offer.variants])
        for row, offer in by_row
    ]


async def require_places(session: AsyncSession, channels: Sequence[str], profiles: Sequence[str]) -> None:
    """Refuse sales channels and shipping profiles that are not there. Errors: `not_found`."""
    await keep(session, SalesChannel, *channels)
    await keep(session, ShippingProfile, *profiles)
