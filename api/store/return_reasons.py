"""`/store/return-reasons`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.return_reason import STORE_RETURN_REASON

router = Router("/store/return-reasons")


@router.get("")
async def list_return_reasons(request: Request) -> Response:
    """List the return reasons."""
    return await read(request, STORE_RETURN_REASON, where=[LIVE])


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a return reason."""
    return await read_one(request, STORE_RETURN_REASON, id, where=[LIVE])
