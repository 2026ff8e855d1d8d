"""`/admin/inventory-items`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.inventory_items import AdminCreateInventoryItem, AdminInventoryItem
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.inventory.service import delete_inventory_item, update_inventory_item
from kit.query import LIVE
from operations.create_inventory_item import create_inventory_item
from queries.inventory import INVENTORY_ITEM

router = Router("/admin/inventory-items")


@router.get("")
async def list_inventory_items(request: Request) -> Response:
    """List the inventory items with their levels."""
    return await read(request, INVENTORY_ITEM, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateInventoryItem) -> Response:
    """Create an inventory item, with its levels."""
    levels = [level.level("") for level in body.location_levels]
    return await write(
        request,
        lambda session: create_inventory_item(session, body.item(), levels),
        then=shown(request, INVENTORY_ITEM),
    )


@router.get("/{id}")
async def retrieve_inventory_item(request: Request, id: str) -> Response:
    """Retrieve an inventory item with its levels."""
    return await read_one(request, INVENTORY_ITEM, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminInventoryItem) -> Response:
    """Change an inventory item."""
    return await write(
        request,
        lambda session: update_inventory_item(session, id, body.given()),
        then=shown(request, INVENTORY_ITEM),
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete an inventory item with its levels."""
    return await write(request, lambda session: delete_inventory_item(session, id), then=deleted("inventory_item"))
