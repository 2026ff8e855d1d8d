"""`/store/currencies`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.currency import STORE_CURRENCY

router = Router("/store/currencies")


@router.get("")
async def list_currencies(request: Request) -> Response:
    """List the currencies."""
    return await read(request, STORE_CURRENCY, where=[LIVE])


@router.get("/{code}")
async def retrieve_currency(request: Request, code: str) -> Response:
    """Retrieve a currency."""
    return await read_one(request, STORE_CURRENCY, code, where=[LIVE])
