"""`/admin/inventory-items/{id}/location-levels`, and the same for any items at once."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.admin.bodies.inventory_items import (
    AdminBatchLevels,
    AdminBatchLevelsOfItem,
    AdminInventoryLevel,
    AdminUpdateInventoryLevel,
)
from api.deps import Projection, deleted_below, json_text, read, shown, write
from api.routing import Router
from commerce.inventory.service import delete_level, update_level
from kit import query
from kit.query import LIVE
from kit.rows import Batch
from operations.change_inventory_levels import change_inventory_levels, create_inventory_level
from queries.inventory import CHANGED_LEVEL, INVENTORY_ITEM, INVENTORY_LEVEL

router = Router("/admin/inventory-items")


@router.post("/location-levels/batch")
async def batch(request: Request, body: AdminBatchLevels) -> Response:
    """Create, change and delete levels of any items."""
    return await write(
        request,
        lambda session: change_inventory_levels(session, body.batch()),
        then=_batched(request, with_deleted=False),
    )


@router.get("/{id}/location-levels")
async def list_levels(request: Request, id: str) -> Response:
    """List the levels of an inventory item."""
    scope = [LIVE, "{t}.inventory_item_id = :inventory_item_id"]
    return await read(request, INVENTORY_LEVEL, where=scope, params={"inventory_item_id": id})


@router.post("/{id}/location-levels")
async def create(request: Request, id: str, body: AdminInventoryLevel) -> Response:
    """Create a level of an inventory item; the answer is the item."""
    return await write(
        request,
        lambda session: create_inventory_level(session, body.level(id)),
        then=shown(request, INVENTORY_ITEM),
    )


@router.post("/{id}/location-levels/batch")
async def batch_of_item(request: Request, id: str, body: AdminBatchLevelsOfItem) -> Response:
    """Create, change and delete levels of an inventory item."""
    return await write(
        request,
        lambda session: change_inventory_levels(session, body.batch(id), id),
        then=_batched(request, with_deleted=True),
    )


@router.post("/{id}/location-levels/{location_id}")
async def update(request: Request, id: str, location_id: str, body: AdminUpdateInventoryLevel) -> Response:
    """Set the quantities of a level; the answer is the item."""
    return await write(
        request,
        lambda session: update_level(session, body.change(id, location_id)),
        then=shown(request, INVENTORY_ITEM),
    )


@router.delete("/{id}/location-levels/{location_id}")
async def delete(request: Request, id: str, location_id: str) -> Response:
    """Delete an empty level; its parent is the item."""

    async def project(session: AsyncSession, level_id: str) -> str:
        return await deleted_below(request, "inventory-level", level_id, INVENTORY_ITEM)(session, id)

    return await write(request, lambda session: delete_level(session, id, location_id), then=project)


def _batched(request: Request, *, with_deleted: bool) -> Projection[Batch]:
    """Return the projection of a batch: the levels it made and changed, and where it is told the ids of the deleted."""
    asked = query.read_one(CHANGED_LEVEL, request.query_params.multi_items())

    async def rows(session: AsyncSession, ids: Sequence[str]) -> str:
        where, params = ["{t}.id = ANY(:ids::text[])"], {"ids": list(ids)}
        return await query.fetch_all(session, CHANGED_LEVEL, asked.selection, where=where, params=params)

    async def project(session: AsyncSession, batch: Batch) -> str:
        created, updated = await rows(session, batch.created), await rows(session, batch.updated)
        gone = f',"deleted":{json_text(batch.deleted)}' if with_deleted else ""
        return f'{{"created":{created},"updated":{updated}{gone}}}'

    return project
