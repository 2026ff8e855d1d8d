"""`/admin/regions`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.regions import AdminCreateRegion, AdminUpdateRegion
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from kit.query import LIVE
from operations.create_region import create_region
from operations.delete_region import delete_region
from operations.update_region import update_region
from queries.region import REGION

router = Router("/admin/regions")


@router.get("")
async def list_regions(request: Request) -> Response:
    """List the regions."""
    return await read(request, REGION, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateRegion) -> Response:
    """Create a region."""
    return await write(request, lambda session: create_region(session, **dict(body)), then=shown(request, REGION))


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a region."""
    return await read_one(request, REGION, id, where=[LIVE], missing=f"Region with id: {id} not found")


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateRegion) -> Response:
    """Change a region."""
    return await write(request, lambda session: update_region(session, id, body.given()), then=shown(request, REGION))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a region."""
    return await write(request, lambda session: delete_region(session, id), then=deleted("region"))
