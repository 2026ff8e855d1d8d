"""`/admin/tax-rates`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Admin
from api.admin.bodies.tax_rates import AdminCreateTaxRate, AdminCreateTaxRateRule, AdminUpdateTaxRate
from api.deps import deleted, deleted_below, read, read_one, shown, write
from api.routing import Router
from commerce.tax.service import (
    add_tax_rate_rule,
    create_tax_rate,
    delete_tax_rate,
    remove_tax_rate_rule,
    update_tax_rate,
)
from kit.query import LIVE
from queries.tax import TAX_RATE

router = Router("/admin/tax-rates")


@router.get("")
async def list_tax_rates(request: Request) -> Response:
    """List the tax rates."""
    return await read(request, TAX_RATE, where=[LIVE])


@router.post("")
async def create(request: Request, admin: Admin, body: AdminCreateTaxRate) -> Response:
    """Create a tax rate."""
    new = body.new()
    return await write(
        request,
        lambda session: create_tax_rate(session, body.tax_region_id, new, created_by=admin.id),
        then=shown(request, TAX_RATE),
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a tax rate."""
    return await read_one(request, TAX_RATE, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, admin: Admin, id: str, body: AdminUpdateTaxRate) -> Response:
    """Change a tax rate."""
    given = body.given()
    return await write(
        request,
        lambda session: update_tax_rate(session, id, given, created_by=admin.id),
        then=shown(request, TAX_RATE),
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a tax rate and its rules."""
    return await write(request, lambda session: delete_tax_rate(session, id), then=deleted("tax_rate"))


@router.post("/{id}/rules")
async def add_rule(request: Request, admin: Admin, id: str, body: AdminCreateTaxRateRule) -> Response:
    """Limit a rate to one thing more."""
    return await write(
        request,
        lambda session: add_tax_rate_rule(session, id, body.reference, body.reference_id, created_by=admin.id),
        then=shown(request, TAX_RATE),
    )


@router.delete("/{id}/rules/{rule_id}")
async def remove_rule(request: Request, id: str, rule_id: str) -> Response:
    """Take one of a rate's rules away."""
    return await write(
        request,
        lambda session: remove_tax_rate_rule(session, id, rule_id),
        then=deleted_below(request, "tax_rate_rule", rule_id, TAX_RATE),
    )
