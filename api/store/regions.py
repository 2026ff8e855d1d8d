"""`/store/regions`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.region import STORE_REGION

router = Router("/store/regions")


@router.get("")
async def list_regions(request: Request) -> Response:
    """List the regions."""
    return await read(request, STORE_REGION, where=[LIVE])


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a region."""
    return await read_one(request, STORE_REGION, id, where=[LIVE])
