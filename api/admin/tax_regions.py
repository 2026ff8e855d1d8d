"""`/admin/tax-regions`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Admin
from api.admin.bodies.tax_regions import AdminCreateTaxRegion, AdminUpdateTaxRegion
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.tax.service import create_tax_region, delete_tax_region, update_tax_region
from kit.query import LIVE
from queries.tax import TAX_REGION

router = Router("/admin/tax-regions")


@router.get("")
async def list_tax_regions(request: Request) -> Response:
    """List the tax regions."""
    return await read(request, TAX_REGION, where=[LIVE])


@router.post("")
async def create(request: Request, admin: Admin, body: AdminCreateTaxRegion) -> Response:
    """Create the tax region of a country or province."""
    new = {**body.columns(), "created_by": admin.id}
    return await write(request, lambda session: create_tax_region(session, **new), then=shown(request, TAX_REGION))


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a tax region."""
    return await read_one(request, TAX_REGION, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateTaxRegion) -> Response:
    """Change a tax region."""
    given = body.given()
    return await write(request, lambda session: update_tax_region(session, id, given), then=shown(request, TAX_REGION))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a tax region, its provinces and rates."""
    return await write(request, lambda session: delete_tax_region(session, id), then=deleted("tax_region"))
