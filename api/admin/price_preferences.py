"""`/admin/price-preferences`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.price_preferences import AdminCreatePricePreference, AdminUpdatePricePreference
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.pricing.preferences import create_preference, delete_preference, update_preference
from kit.query import LIVE
from queries.price import PRICE_PREFERENCE

router = Router("/admin/price-preferences")


@router.get("")
async def list_price_preferences(request: Request) -> Response:
    """List the price preferences."""
    return await read(request, PRICE_PREFERENCE, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreatePricePreference) -> Response:
    """Create a price preference."""
    then = shown(request, PRICE_PREFERENCE)
    return await write(request, lambda session: create_preference(session, **dict(body)), then=then)


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a price preference."""
    return await read_one(request, PRICE_PREFERENCE, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdatePricePreference) -> Response:
    """Change a price preference."""
    then = shown(request, PRICE_PREFERENCE)
    return await write(request, lambda session: update_preference(session, id, body.given()), then=then)


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a price preference."""
    return await write(request, lambda session: delete_preference(session, id), then=deleted("price_preference"))
