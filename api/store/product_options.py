"""`/store/product-options`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.product_option import STORE_OPTION

router = Router("/store/product-options")


@router.get("")
async def list_product_options(request: Request) -> Response:
    """List the options that products have."""
    return await read(request, STORE_OPTION, where=[LIVE])


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve an option."""
    return await read_one(request, STORE_OPTION, id, where=[LIVE])
