"""`/admin/inventory-items`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.inventory import INVENTORY_ITEM, INVENTORY_LEVEL

router = Router("/admin/inventory-items")


@router.get("")
async def list_inventory_items(request: Request) -> Response:
    """List the inventory items with their levels."""
    return await read(request, INVENTORY_ITEM, where=[LIVE])


@router.get("/{id}")
async def retrieve_inventory_item(request: Request, id: str) -> Response:
    """Retrieve an inventory item with its levels."""
    return await read_one(request, INVENTORY_ITEM, id, where=[LIVE])


@router.get("/{id}/location-levels")
async def list_levels(request: Request, id: str) -> Response:
    """List the levels of an inventory item."""
    scope = [LIVE, "{t}.inventory_item_id = :inventory_item_id"]
    return await read(request, INVENTORY_LEVEL, where=scope, params={"inventory_item_id": id})
