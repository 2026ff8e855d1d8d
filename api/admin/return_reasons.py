"""`/admin/return-reasons`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.return_reasons import AdminCreateReturnReason, AdminUpdateReturnReason
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.order.return_reason import create_return_reason, delete_return_reason, update_return_reason
from kit.query import LIVE
from queries.return_reason import RETURN_REASON, RETURN_REASONS

router = Router("/admin/return-reasons")


@router.get("")
async def list_return_reasons(request: Request) -> Response:
    """List the return reasons."""
    return await read(request, RETURN_REASONS, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateReturnReason) -> Response:
    """Create a return reason."""
    new = dict(body)
    return await write(
        request, lambda session: create_return_reason(session, **new), then=shown(request, RETURN_REASON)
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a return reason."""
    return await read_one(request, RETURN_REASON, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateReturnReason) -> Response:
    """Change a return reason."""
    given = body.given()
    return await write(
        request, lambda session: update_return_reason(session, id, given), then=shown(request, RETURN_REASON)
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a return reason and those below it."""
    return await write(request, lambda session: delete_return_reason(session, id), then=deleted("return_reason"))
