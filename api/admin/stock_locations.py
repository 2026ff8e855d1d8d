"""`/admin/stock-locations`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.links import AdminLinks
from api.admin.bodies.stock_locations import (
    AdminCreateFulfillmentSet,
    AdminCreateStockLocation,
    AdminUpdateStockLocation,
)
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.stock_location.service import create_stock_location, update_stock_location
from kit.query import LIVE
from operations.create_fulfillment_set import offer_fulfillment_set
from operations.delete_stock_location import delete_stock_location
from operations.link_stock_location import link_fulfillment_providers, link_sales_channels
from queries.stock_location import STOCK_LOCATION

router = Router("/admin/stock-locations")


@router.get("")
async def list_stock_locations(request: Request) -> Response:
    """List the stock locations."""
    return await read(request, STOCK_LOCATION, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateStockLocation) -> Response:
    """Create a stock location."""
    address = None if body.address is None else body.address.address()
    return await write(
        request,
        lambda session: create_stock_location(
            session, body.name, address, address_id=body.address_id, metadata=body.metadata
        ),
        then=shown(request, STOCK_LOCATION),
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a stock location."""
    return await read_one(request, STOCK_LOCATION, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateStockLocation) -> Response:
    """Change a stock location."""
    return await write(
        request,
        lambda session: update_stock_location(session, id, body.given()),
        then=shown(request, STOCK_LOCATION),
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a stock location, with its levels and what it ships."""
    return await write(request, lambda session: delete_stock_location(session, id), then=deleted("stock_location"))


@router.post("/{id}/sales-channels")
async def change_sales_channels(request: Request, id: str, body: AdminLinks) -> Response:
    """Say which sales channels a stock location serves."""
    return await write(
        request,
        lambda session: link_sales_channels(session, id, **dict(body)),
        then=shown(request, STOCK_LOCATION),
    )


@router.post("/{id}/fulfillment-providers")
async def change_fulfillment_providers(request: Request, id: str, body: AdminLinks) -> Response:
    """Say which fulfilment providers a stock location works with."""
    return await write(
        request,
        lambda session: link_fulfillment_providers(session, id, **dict(body)),
        then=shown(request, STOCK_LOCATION),
    )


@router.post("/{id}/fulfillment-sets")
async def create_fulfillment_set(request: Request, id: str, body: AdminCreateFulfillmentSet) -> Response:
    """Create a fulfilment set that the stock location offers."""
    return await write(
        request,
        lambda session: offer_fulfillment_set(session, id, body.name, body.type),
        then=shown(request, STOCK_LOCATION),
    )
