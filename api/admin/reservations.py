"""`/admin/reservations`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.reservations import AdminCreateReservation, AdminUpdateReservation
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.inventory.reservations import create_reservation, delete_reservation, update_reservation
from kit.query import LIVE
from queries.inventory import RESERVATION

router = Router("/admin/reservations")


@router.get("")
async def list_reservations(request: Request) -> Response:
    """List the reservations."""
    return await read(request, RESERVATION, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateReservation) -> Response:
    """Reserve units by hand."""
    return await write(
        request, lambda session: create_reservation(session, **dict(body)), then=shown(request, RESERVATION)
    )


@router.get("/{id}")
async def retrieve_reservation(request: Request, id: str) -> Response:
    """Retrieve a reservation."""
    return await read_one(request, RESERVATION, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateReservation) -> Response:
    """Change a reservation: how many units, where."""
    return await write(
        request, lambda session: update_reservation(session, id, body.given()), then=shown(request, RESERVATION)
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Give reserved units back."""
    return await write(request, lambda session: delete_reservation(session, id), then=deleted("reservation"))
