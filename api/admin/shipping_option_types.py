"""`/admin/shipping-option-types`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.shipping_option_types import AdminCreateShippingOptionType, AdminUpdateShippingOptionType
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.fulfillment.service import create_option_type, delete_option_type, update_option_type
from kit.query import LIVE
from queries.shipping_option import OPTION_TYPE

router = Router("/admin/shipping-option-types")


@router.get("")
async def list_shipping_option_types(request: Request) -> Response:
    """List the types of shipping options."""
    return await read(request, OPTION_TYPE, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateShippingOptionType) -> Response:
    """Create a type of shipping options."""
    return await write(
        request, lambda session: create_option_type(session, **dict(body)), then=shown(request, OPTION_TYPE)
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a type of shipping options."""
    return await read_one(request, OPTION_TYPE, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateShippingOptionType) -> Response:
    """Change a type of shipping options."""
    return await write(
        request, lambda session: update_option_type(session, id, body.given()), then=shown(request, OPTION_TYPE)
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a type of shipping options."""
    return await write(request, lambda session: delete_option_type(session, id), then=deleted("shipping_option_type"))
