"""Writes of the product module: the tree of categories (contract section 22).

Every write takes one lock first: ranks stay dense and no circle can close, whichever branches two admins move at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.rules import handle_for
from commerce.product.taxonomy import ProductCategory
from kit.db import run, save
from kit.errors import not_allowed, not_found
from kit.ids import new_id
from kit.outbox import tell
from kit.rows import change, locked, retire

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('product_category'))"
_REPATH: Final = """
WITH RECURSIVE below AS (
  SELECT c.id, $2 || '.' || c.id AS mpath FROM product_category c WHERE c.parent_category_id = $1
  UNION ALL
  SELECT c.id, below.mpath || '.' || c.id FROM product_category c JOIN below ON c.parent_category_id = below.id
)
UPDATE product_category c SET mpath = below.mpath FROM below WHERE c.id = below.id"""


async def create_category(
    session: AsyncSession,
    name: str,
    *,
    handle: str | None = None,
    description: str = "",
    parent_category_id: str | None = None,
    is_active: bool = False,
    is_internal: bool = False,
    rank: Decimal | int | None = None,
    external_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> ProductCategory:
    """Create a category, last among its siblings or at `rank`, which moves the later ones on.

    Errors: `invalid_data` for a taken handle, `not_found` for an unknown parent.
    """
    await run(session, _LOCK)
    id_ = new_id("pcat")
    above = await _path(session, parent_category_id)
    row = ProductCategory(
        id=id_,
        name=name,
        handle=handle or handle_for(name, id_),
        description=description,
        mpath=".".join([*above, id_]),
        parent_category_id=parent_category_id,
        is_active=is_active,
        is_internal=is_internal,
        rank=await _make_room(session, parent_category_id, rank),
        external_id=external_id,
        metadata_=metadata and dict(metadata),
    )
    await save(session, row)
    await tell(session, "product-category.created", id_)
    return row


async def update_category(session: AsyncSession, category_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given; a new parent or rank moves it, and everything below it comes along.

    Without a rank it goes last under its new parent. Errors: `not_found` for it or its parent, `not_allowed` for a
    parent that is itself or below it, `invalid_data` for a handle that is taken.
    """
    await run(session, _LOCK)
    row = await locked(session, ProductCategory, category_id)
    parent_id = given.get("parent_category_id", row.parent_category_id)
    changes = {**given, "parent_category_id": parent_id, "rank": row.rank}
    is_moved = parent_id != row.parent_category_id
    if is_moved or given.get("rank") not in (None, row.rank):
        path = [*await _path(session, parent_id), row.id]
        if row.id in path[:-1]:
            raise not_allowed(f"Moving ProductCategory ({row.id}) below itself is not allowed")
        await _close_gap(session, row)
        changes["rank"] = await _make_room(session, parent_id, given.get("rank"), row.id)
        changes["mpath"] = ".".join(path)
    if "handle" in given:
        changes["handle"] = given["handle"] or handle_for(given.get("name") or row.name, row.id)
    await change(session, row, changes)
    if is_moved:
        await run(session, _REPATH, row.id, row.mpath)
    await tell(session, "product-category.updated", category_id)
    return category_id


async def delete_category(session: AsyncSession, category_id: str) -> str:
    """Soft-delete a category without children. Errors: `not_allowed` for one that has some."""
    await run(session, _LOCK)
    row = await session.get(ProductCategory, category_id)
    if row is None or row.deleted_at is not None:
        return category_id
    if await _count(session, _children(category_id)):
        raise not_allowed(f"Deleting ProductCategory ({category_id}) with category children is not allowed")
    await _close_gap(session, row)
    await tell(session, "product-category.deleted", *await retire(session, ProductCategory, category_id))
    return category_id


def _children(parent_id: str | None) -> ColumnElement[bool]:
    of_parent = ProductCategory.parent_category_id.is_not_distinct_from(parent_id)
    return of_parent & ProductCategory.deleted_at.is_(None)


async def _count(session: AsyncSession, where: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(ProductCategory).where(where)) or 0


async def _path(session: AsyncSession, category_id: str | None) -> list[str]:
    """Return the ids from the root down to a category, none for no category."""
    if category_id is None:
        return []
    live = (ProductCategory.id == category_id) & ProductCategory.deleted_at.is_(None)
    path = await session.scalar(select(ProductCategory.mpath).where(live))
    if path is None:
        raise not_found(f"Product category with id: {category_id} was not found")
    return path.split(".")


async def _make_room(
    session: AsyncSession, parent_id: str | None, rank: Decimal | int | None, but: str | None = None
) -> int:
    """Move the children of a parent on from `rank`, and return the place that is free then: the last one by default."""
    siblings = _children(parent_id) & (ProductCategory.id != but if but else ProductCategory.id.is_not(None))
    count = await _count(session, siblings)
    place = count if rank is None else int(min(rank, count))
    later = siblings & (ProductCategory.rank >= place)
    await session.execute(update(ProductCategory).where(later).values(rank=ProductCategory.rank + 1))
    return place


async def _close_gap(session: AsyncSession, row: ProductCategory) -> None:
    """Move the later siblings of a category that leaves its place up by one."""
    later = _children(row.parent_category_id) & (ProductCategory.rank > row.rank) & (ProductCategory.id != row.id)
    await session.execute(update(ProductCategory).where(later).values(rank=ProductCategory.rank - 1))
