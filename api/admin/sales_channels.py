"""`/admin/sales-channels`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.links import AdminLinks
from api.admin.bodies.sales_channels import AdminCreateSalesChannel, AdminUpdateSalesChannel
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.sales_channel.service import create_sales_channel, update_sales_channel
from kit.query import LIVE
from operations.delete_sales_channel import delete_sales_channel
from operations.link_products import link_products
from queries.sales_channel import SALES_CHANNEL

router = Router("/admin/sales-channels")


@router.get("")
async def list_sales_channels(request: Request) -> Response:
    """List the sales channels."""
    return await read(request, SALES_CHANNEL, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateSalesChannel) -> Response:
    """Create a sales channel."""
    return await write(
        request, lambda session: create_sales_channel(session, **dict(body)), then=shown(request, SALES_CHANNEL)
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a sales channel."""
    return await read_one(request, SALES_CHANNEL, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateSalesChannel) -> Response:
    """Change a sales channel."""
    return await write(
        request, lambda session: update_sales_channel(session, id, body.given()), then=shown(request, SALES_CHANNEL)
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a sales channel that is no store's default."""
    return await write(request, lambda session: delete_sales_channel(session, id), then=deleted("sales-channel"))


@router.post("/{id}/products")
async def change_products(request: Request, id: str, body: AdminLinks) -> Response:
    """Say which products a sales channel offers."""
    return await write(
        request, lambda session: link_products(session, id, **dict(body)), then=shown(request, SALES_CHANNEL)
    )
