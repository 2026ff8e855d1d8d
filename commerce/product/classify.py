"""Writes of the product module: types, collections, tags, categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.rules import handle_of
from commerce.product.taxonomy import ProductCategory, ProductCollection, ProductTag, ProductType
from kit.db import save
from kit.errors import not_found
from kit.ids import new_id
from kit.outbox import tell
from kit.rows import change, locked, retire


async def create_type(session: AsyncSession, value: str) -> ProductType:
    """Create a product type. Errors: `invalid_data` for a value that is taken."""
    row = ProductType(id=new_id("ptyp"), value=value)
    await save(session, row)
    return row


async def create_tag(
    session: AsyncSession, value: str, external_id: str | None = None, metadata: Mapping[str, Any] | None = None
) -> ProductTag:
    """Create a tag. Errors: `invalid_data` for a value that is taken."""
    row = ProductTag(value=value, external_id=external_id, metadata_=metadata and dict(metadata))
    await save(session, row)
    await tell(session, "product-tag.created", row.id)
    return row


async def update_tag(session: AsyncSession, tag_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a value that is taken."""
    await change(session, await locked(session, ProductTag, tag_id), given)
    await tell(session, "product-tag.updated", tag_id)
    return tag_id


async def delete_tag(session: AsyncSession, tag_id: str) -> str:
    """Soft-delete a tag."""
    await tell(session, "product-tag.deleted", *await retire(session, ProductTag, tag_id))
    return tag_id


async def create_collection(
    session: AsyncSession, title: str, handle: str | None = None, metadata: Mapping[str, Any] | None = None
) -> ProductCollection:
    """Create a collection. Errors: `invalid_data` for a handle that is taken."""
    row = ProductCollection(
        id=new_id("pcol"), title=title, handle=handle or handle_of(title), metadata_=metadata and dict(metadata)
    )
    await save(session, row)
    return row


async def create_category(
    session: AsyncSession,
    name: str,
    *,
    handle: str | None = None,
    description: str = "",
    parent_id: str | None = None,
    is_active: bool = False,
    is_internal: bool = False,
    rank: int | None = None,
) -> ProductCategory:
    """Create a category, last among its siblings or at `rank`, which moves the later ones on.

    Errors: `invalid_data` for a taken handle, `not_found` for an unknown parent.
    """
    siblings = ProductCategory.parent_category_id.is_not_distinct_from(parent_id) & ProductCategory.deleted_at.is_(None)
    count = await session.scalar(select(func.count()).select_from(ProductCategory).where(siblings)) or 0
    place = count if rank is None else min(rank, count)
    later = siblings & (ProductCategory.rank >= place)
    await session.execute(update(ProductCategory).where(later).values(rank=ProductCategory.rank + 1))
    row = ProductCategory(
        id=new_id("pcat"),
        name=name,
        handle=handle or handle_of(name),
        description=description,
        parent_category_id=parent_id,
        is_active=is_active,
        is_internal=is_internal,
        rank=place,
    )
    row.mpath = f"{await _path(session, parent_id)}.{row.id}" if parent_id else row.id
    await save(session, row)
    return row


async def _path(session: AsyncSession, category_id: str) -> str:
    path = await session.scalar(select(ProductCategory.mpath).where(ProductCategory.id == category_id))
    if path is None:
        raise not_found(f"Product category with id: {category_id} was not found")
    return path
