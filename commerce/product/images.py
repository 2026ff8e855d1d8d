"""Writes of a product's pictures, and of the variants that one shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.models import Product, ProductImage
from kit.db import run, save
from kit.errors import about, not_found
from kit.ids import new_id
from kit.inserts import insert_all
from kit.rows import among, change_all, locked, retire


async def create_images(session: AsyncSession, urls: Mapping[str, Sequence[str]]) -> None:
    """Give products, by id, pictures in the order of their URLs."""
    rows = [
        {"url": url, "rank": rank, "product_id": product_id}
        for product_id, each in urls.items()
        for rank, url in enumerate(each)
    ]
    await insert_all(session, ProductImage, rows)


async def set_images(session: AsyncSession, wanted: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Let products have exactly these pictures in this order, those with an `id` being there already.

    A refusal knows which of `wanted` it is about. Errors: `not_found` for a picture of another product.
    """
    live = select(ProductImage).where(among(ProductImage.product_id, wanted), ProductImage.deleted_at.is_(None))
    held = {row.id: row for row in await session.scalars(live)}
    changed: dict[str, dict[str, Any]] = {}
    new: list[ProductImage] = []
    for product_id, images in wanted.items():
        for rank, image in enumerate(images):
            if image.get("id") is None:
                new.append(ProductImage(id=new_id("img"), url=image["url"], rank=rank, product_id=product_id))
                continue
            with about(product_id):
                _require_own(held, image["id"], product_id)
            changed[image["id"]] = {"url": image["url"], "rank": rank}
    await _retire_images(session, [id_ for id_ in held if id_ not in changed])
    await change_all(session, ProductImage, held, changed)
    await save(session, *new)


def _require_own(held: Mapping[str, ProductImage], image_id: str, product_id: str) -> None:
    if image_id not in held or held[image_id].product_id != product_id:
        raise not_found(f"Image with id: {image_id} was not found")


async def _retire_images(session: AsyncSession, image_ids: Sequence[str]) -> None:
    if image_ids:
        await run(session, "DELETE FROM variant_image WHERE image_id = ANY($1::text[])", image_ids)
        await retire(session, ProductImage, *image_ids)


async def change_image_variants(
    session: AsyncSession, product_id: str, image_id: str, add: Sequence[str], remove: Sequence[str]
) -> None:
    """Say which variants a picture shows. Errors: `not_found` for a picture or a variant of another product."""
    await locked(session, Product, product_id)
    await _link(session, product_id, [(variant_id, image_id) for variant_id in add])
    await _unlink(session, product_id, [(variant_id, image_id) for variant_id in remove])


async def change_variant_images(
    session: AsyncSession, product_id: str, variant_id: str, add: Sequence[str], remove: Sequence[str]
) -> None:
    """Say which pictures show a variant. Errors: as `change_image_variants`."""
    await locked(session, Product, product_id)
    await _link(session, product_id, [(variant_id, image_id) for image_id in add])
    await _unlink(session, product_id, [(variant_id, image_id) for image_id in remove])


async def _link(session: AsyncSession, product_id: str, pairs: Sequence[tuple[str, str]]) -> None:
    columns = [variant_id for variant_id, _ in pairs], [image_id for _, image_id in pairs]
    for row in await run(session, _FOREIGN, *columns, product_id) if pairs else ():
        raise not_found(f"{row.called} with id: {row.id} was not found")
    await run(session, _LINK, *columns)


async def _unlink(session: AsyncSession, product_id: str, pairs: Sequence[tuple[str, str]]) -> None:
    if pairs:
        columns = [variant_id for variant_id, _ in pairs], [image_id for _, image_id in pairs]
        await run(session, _UNLINK, *columns, product_id)


_FOREIGN: Final = """
SELECT 'Product variant' AS called, x.id FROM unnest($1::text[]) AS x(id) WHERE NOT EXISTS (
  SELECT FROM product_variant v WHERE v.id = x.id AND v.product_id = $3 AND v.deleted_at IS NULL)
UNION ALL
SELECT 'Image', x.id FROM unnest($2::text[]) AS x(id) WHERE NOT EXISTS (
  SELECT FROM image i WHERE i.id = x.id AND i.product_id = $3 AND i.deleted_at IS NULL)
LIMIT 1
"""
_LINK: Final = """
INSERT INTO variant_image (variant_id, image_id) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING
"""
_UNLINK: Final = """
DELETE FROM variant_image l USING unnest($1::text[], $2::text[]) AS x(variant_id, image_id), image i
WHERE l.variant_id = x.variant_id AND l.image_id = x.image_id AND i.id = l.image_id AND i.product_id = $3
"""
