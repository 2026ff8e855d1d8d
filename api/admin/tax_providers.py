"""`/admin/tax-providers`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read
from api.routing import Router
from kit.query import LIVE
from queries.tax import TAX_PROVIDER

router = Router("/admin/tax-providers")


@router.get("")
async def list_tax_providers(request: Request) -> Response:
    """List the tax providers of this installation."""
    return await read(request, TAX_PROVIDER, where=[LIVE])
