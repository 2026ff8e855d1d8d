"""`/admin/reservations`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.inventory import RESERVATION

router = Router("/admin/reservations")


@router.get("")
async def list_reservations(request: Request) -> Response:
    """List the reservations."""
    return await read(request, RESERVATION, where=[LIVE])


@router.get("/{id}")
async def retrieve_reservation(request: Request, id: str) -> Response:
    """Retrieve a reservation."""
    return await read_one(request, RESERVATION, id, where=[LIVE])
