"""`/admin/refund-reasons`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.refund_reasons import AdminCreateRefundReason, AdminUpdateRefundReason
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.payment.refund_reason import create_refund_reason, delete_refund_reason, update_refund_reason
from kit.query import LIVE
from queries.payment import REFUND_REASON

router = Router("/admin/refund-reasons")


@router.get("")
async def list_refund_reasons(request: Request) -> Response:
    """List the refund reasons."""
    return await read(request, REFUND_REASON, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateRefundReason) -> Response:
    """Create a refund reason."""
    new = dict(body)
    return await write(
        request, lambda session: create_refund_reason(session, **new), then=shown(request, REFUND_REASON)
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a refund reason."""
    return await read_one(request, REFUND_REASON, id, where=[LIVE], as_list=True)


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateRefundReason) -> Response:
    """Change a refund reason."""
    given = body.given()
    return await write(
        request, lambda session: update_refund_reason(session, id, given), then=shown(request, REFUND_REASON)
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a refund reason."""
    return await write(request, lambda session: delete_refund_reason(session, id), then=deleted("refund_reason"))
