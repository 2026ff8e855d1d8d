"""`/admin/currencies`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.currency import CURRENCY

router = Router("/admin/currencies")


@router.get("")
async def list_currencies(request: Request) -> Response:
    """List the currencies of the world."""
    return await read(request, CURRENCY, where=[LIVE])


@router.get("/{code}")
async def retrieve(request: Request, code: str) -> Response:
    """Retrieve a currency."""
    return await read_one(request, CURRENCY, code, where=[LIVE])
