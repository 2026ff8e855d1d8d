"""Writes of products: what they are, how they are sorted, where they are offered (contract section 22)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import ARRAY, Text, all_, delete, func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.images import create_images
from commerce.product.models import (
    Product,
    ProductSalesChannel,
    ProductShippingProfile,
    ProductVariant,
)
from commerce.product.options import retire_options
from commerce.product.product_options import add_options
from commerce.product.rules import handle_for, is_handle
from commerce.product.taxonomy import ProductCategoryProduct, ProductTags
from commerce.product.types import NewProduct
from commerce.product.variants import create_variants, retire_variants
from kit.db import run, worded
from kit.errors import CommerceError, about, invalid_data
from kit.ids import new_id
from kit.rows import among, change_all, retire, save_each

TAGS: Final = ProductTags, ProductTags.product_tag_id
CATEGORIES: Final = ProductCategoryProduct, ProductCategoryProduct.product_category_id
CHANNELS: Final = ProductSalesChannel, ProductSalesChannel.sales_channel_id
PROFILE: Final = ProductShippingProfile, ProductShippingProfile.shipping_profile_id


async def create_products(
    session: AsyncSession, products: Sequence[NewProduct]
) -> tuple[list[Product], list[ProductVariant]]:
    """Create products with their options, pictures and variants; these come back in the order given.

    A refusal knows which of `products` it is about. Errors: `invalid_data` without options, for a bad or taken handle
    and what `add_options` and `create_variants` refuse; `not_found` for an unknown type, collection, tag, category.
    """
    rows = []
    for place, product in enumerate(products):
        with about(place):
            rows.append(_product(product))
    await save_each(session, rows)
    by_row = list(zip(rows, products, strict=True))
    await create_images(session, {row.id: product.images for row, product in by_row})
    await add_links(session, *TAGS, {row.id: product.tag_ids for row, product in by_row})
    await add_links(session, *CATEGORIES, {row.id: product.category_ids for row, product in by_row})
    with _by_place(rows):
        await add_options(session, {row.id: product.options for row, product in by_row}, {})
    variants = [(n, row.id, each) for n, (row, product) in enumerate(by_row) for each in product.variants]
    made = await create_variants(session, [(id_, each) for _, id_, each in variants], [n for n, _, _ in variants])
    return rows, made


@contextmanager
def _by_place(rows: Sequence[Product]) -> Iterator[None]:
    """Let a refusal that names a product by an id, which nobody knows yet, name its place."""
    try:
        yield
    except CommerceError as error:
        error.element = next((n for n, row in enumerate(rows) if row.id == error.element), None)
        raise


def _product(product: NewProduct) -> Product:
    if not product.options:
        raise invalid_data(f"Product options are not provided for: [{product.title}].")
    id_ = new_id("prod")
    handle = product.handle or handle_for(product.title, id_)
    require_handle(handle)
    return Product(
        id=id_,
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


def require_handle(handle: str) -> None:
    """Refuse a handle that a URL cannot hold. Errors: `invalid_data`."""
    if not is_handle(handle):
        raise invalid_data(f"Invalid product handle '{handle}'. It must contain URL safe characters")


async def change_products(
    session: AsyncSession, rows: Mapping[str, Product], given: Mapping[str, Mapping[str, Any]]
) -> None:
    """Change the columns that are given of locked products, by id.

    A refusal knows which of `given` it is about. Errors: `invalid_data` for a bad or taken handle, `not_found` for an
    unknown type or collection.
    """
    for id_, columns in given.items():
        if "handle" in columns:
            with about(id_):
                require_handle(columns["handle"])
    await change_all(session, Product, rows, given)


async def set_links(session: AsyncSession, model: Any, column: Any, wanted: Mapping[str, Collection[str]]) -> None:  # noqa: ANN401 - a link table's model
    """Let products, by id, be linked with exactly these; links that stay are left alone. Errors: `not_found`."""
    if not wanted:
        return
    kept = [f"{product_id} {other}" for product_id, others in wanted.items() for other in others]
    key = func.concat(model.product_id, " ", column)
    gone = among(model.product_id, wanted), key != all_(literal(kept, ARRAY(Text)))
    await session.execute(delete(model).where(*gone))
    await add_links(session, model, column, wanted)


async def add_links(session: AsyncSession, model: Any, column: Any, wanted: Mapping[str, Collection[str]]) -> None:  # noqa: ANN401 - the same
    """Link products, by id, with these too. Errors: `not_found`."""
    pairs = dict.fromkeys((product_id, other) for product_id, others in wanted.items() for other in others)
    rows = [{"product_id": product_id, column.key: other} for product_id, other in pairs]
    if rows:
        with worded():
            await session.execute(insert(model).on_conflict_do_nothing(), rows)


async def retire_products(session: AsyncSession, product_ids: Sequence[str]) -> list[str]:
    """Soft-delete products, their variants and the options that are theirs alone; return those that were there."""
    gone = await retire(session, Product, *product_ids)
    variants = await run(session, _VARIANTS, gone)
    await retire_variants(session, [row.id for row in variants])
    await retire_options(session, [row.id for row in await run(session, _OWN_OPTIONS, gone)])
    return gone


_VARIANTS: Final = "SELECT id FROM product_variant WHERE product_id = ANY($1::text[]) AND deleted_at IS NULL"
_OWN_OPTIONS: Final = """
SELECT o.id FROM product_option o JOIN product_product_option l ON l.product_option_id = o.id
WHERE l.product_id = ANY($1::text[]) AND o.is_exclusive AND o.deleted_at IS NULL
"""
