"""`/admin/shipping-profiles`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.shipping_profiles import AdminCreateShippingProfile, AdminUpdateShippingProfile
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.fulfillment.service import create_shipping_profile, delete_shipping_profile, update_shipping_profile
from kit.query import LIVE
from queries.shipping_option import SHIPPING_PROFILE

router = Router("/admin/shipping-profiles")


@router.get("")
async def list_shipping_profiles(request: Request) -> Response:
    """List the shipping profiles."""
    return await read(request, SHIPPING_PROFILE, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateShippingProfile) -> Response:
    """Create a shipping profile."""
    return await write(
        request,
        lambda session: create_shipping_profile(session, body.name, body.type, body.metadata),
        then=shown(request, SHIPPING_PROFILE),
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a shipping profile."""
    return await read_one(request, SHIPPING_PROFILE, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateShippingProfile) -> Response:
    """Change a shipping profile."""
    return await write(
        request,
        lambda session: update_shipping_profile(session, id, body.given()),
        then=shown(request, SHIPPING_PROFILE),
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a shipping profile."""
    return await write(request, lambda session: delete_shipping_profile(session, id), then=deleted("shipping_profile"))
