"""Writes of the product module: products with their options, variants, images (contract section 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.models import (
    Product,
    ProductImage,
    ProductOption,
    ProductOptionValue,
    ProductProductOption,
    ProductSalesChannel,
    ProductShippingProfile,
    ProductStatus,
    ProductVariant,
    ProductVariantInventoryItem,
    ProductVariantOption,
    ProductVariantPriceSet,
)
from commerce.product.rules import handle_of, is_handle, missing_value
from commerce.product.taxonomy import ProductCategoryProduct, ProductTags
from kit.db import save
from kit.errors import invalid_data
from kit.ids import new_id


@dataclass(frozen=True)
class Measures:
    """What customs and carriers ask of a product or a variant."""

    weight: Decimal | None = None
    length: Decimal | None = None
    height: Decimal | None = None
    width: Decimal | None = None
    hs_code: str | None = None
    origin_country: str | None = None
    mid_code: str | None = None
    material: str | None = None


@dataclass(frozen=True)
class NewVariant:
    """A variant to create; `options` maps an option's title to the chosen value."""

    title: str
    options: Mapping[str, str] = field(default_factory=dict)
    sku: str | None = None
    barcode: str | None = None
    ean: str | None = None
    upc: str | None = None
    manage_inventory: bool = True
    allow_backorder: bool = False
    thumbnail: str | None = None
    metadata: Mapping[str, Any] | None = None
    measures: Measures = Measures()


@dataclass(frozen=True)
class NewProduct:
    """A product to create; `options` maps a title to its values."""

    title: str
    options: Mapping[str, Sequence[str]]
    variants: Sequence[NewVariant] = ()
    handle: str | None = None
    subtitle: str | None = None
    description: str | None = None
    status: ProductStatus = ProductStatus.DRAFT
    is_giftcard: bool = False
    discountable: bool = True
    thumbnail: str | None = None
    images: Sequence[str] = ()
    external_id: str | None = None
    metadata: Mapping[str, Any] | None = None
    measures: Measures = Measures()
    type_id: str | None = None
    collection_id: str | None = None
    tag_ids: Sequence[str] = ()
    category_ids: Sequence[str] = ()


async def create_product(session: AsyncSession, product: NewProduct) -> tuple[Product, list[ProductVariant]]:
    """Create a product with its options, images and variants; variants come back in the order given.

    Errors: `invalid_data` without options, for a bad or taken handle, a taken sku or code, a value that no option
    has, the same combination twice.
    """
    if not product.options:
        raise invalid_data(f"Product options are not provided for: [{product.title}].")
    handle = product.handle or handle_of(product.title)
    if not is_handle(handle):
        raise invalid_data(f"Invalid product handle '{handle}'. It must contain URL safe characters")
    row = Product(
        id=new_id("prod"),
        title=product.title,
        handle=handle,
        subtitle=product.subtitle,
        description=product.description,
        status=product.status,
        is_giftcard=product.is_giftcard,
        discountable=product.discountable,
        thumbnail=product.thumbnail or next(iter(product.images), None),
        external_id=product.external_id,
        metadata_=product.metadata and dict(product.metadata),
        type_id=product.type_id,
        collection_id=product.collection_id,
        **vars(product.measures),
    )
    await save(session, row)
    await _classify(session, row.id, product)
    values = await _create_options(session, row.id, product.options)
    return row, await _create_variants(session, row.id, product.variants, values)


async def _classify(session: AsyncSession, product_id: str, product: NewProduct) -> None:
    await save(
        session,
        *[
            ProductImage(id=new_id("img"), url=url, rank=n, product_id=product_id)
            for n, url in enumerate(product.images)
        ],
        *[ProductTags(product_id=product_id, product_tag_id=one) for one in product.tag_ids],
        *[ProductCategoryProduct(product_id=product_id, product_category_id=one) for one in product.category_ids],
    )


async def _create_options(
    session: AsyncSession, product_id: str, options: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, str]]:
    """Create the product's own options; return title -> value -> id of the value."""
    rows = {title: ProductOption(id=new_id("opt"), title=title) for title in options}
    await save(session, *rows.values())
    made = [
        ProductOptionValue(id=new_id("optval"), value=value, option_id=rows[title].id)
        for title, values in options.items()
        for value in values
    ]
    links = [ProductProductOption(product_id=product_id, product_option_id=row.id) for row in rows.values()]
    await save(session, *made, *links)
    titles = {row.id: title for title, row in rows.items()}
    ids: dict[str, dict[str, str]] = {title: {} for title in options}
    for value in made:
        ids[titles[value.option_id]][value.value] = value.id
    return ids


async def _create_variants(
    session: AsyncSession, product_id: str, variants: Sequence[NewVariant], values: Mapping[str, Mapping[str, str]]
) -> list[ProductVariant]:
    _refuse_bad_choices(variants, values)
    rows = [
        ProductVariant(
            id=new_id("variant"),
            product_id=product_id,
            title=variant.title,
            sku=variant.sku,
            barcode=variant.barcode,
            ean=variant.ean,
            upc=variant.upc,
            manage_inventory=variant.manage_inventory,
            allow_backorder=variant.allow_backorder,
            thumbnail=variant.thumbnail,
            metadata_=variant.metadata and dict(variant.metadata),
            **vars(variant.measures),
        )
        for variant in variants
    ]
    await save(session, *rows)
    links = [
        ProductVariantOption(variant_id=row.id, option_value_id=values[title][value])
        for row, variant in zip(rows, variants, strict=True)
        for title, value in variant.options.items()
    ]
    await save(session, *links)
    return rows


def _refuse_bad_choices(variants: Sequence[NewVariant], values: Mapping[str, Mapping[str, str]]) -> None:
    seen: dict[frozenset[tuple[str, str]], str] = {}
    for variant in variants:
        wrong = missing_value(values, variant.options)
        if wrong:
            raise invalid_data(wrong)
        combination = frozenset(variant.options.items())
        if combination and combination in seen:
            raise invalid_data(f"Variant ({seen[combination]}) with provided options already exists.")
        seen[combination] = variant.title


async def offer_product(
    session: AsyncSession, product_id: str, *, sales_channels: Sequence[str], shipping_profile_id: str | None
) -> None:
    """Link a product with the channels that offer it and with its shipping profile."""
    links = [ProductSalesChannel(product_id=product_id, sales_channel_id=one) for one in sales_channels]
    profile = shipping_profile_id and ProductShippingProfile(
        product_id=product_id, shipping_profile_id=shipping_profile_id
    )
    await save(session, *links, *([profile] if profile else []))


async def link_variants(
    session: AsyncSession, price_sets: Mapping[str, str], inventory: Sequence[tuple[str, str, Decimal]]
) -> None:
    """Link variants with their price sets (by variant id) and their inventory items (variant, item, how many)."""
    await save(
        session,
        *[ProductVariantPriceSet(variant_id=variant, price_set_id=one) for variant, one in price_sets.items()],
        *[
            ProductVariantInventoryItem(variant_id=variant, inventory_item_id=item, required_quantity=quantity)
            for variant, item, quantity in inventory
        ],
    )
