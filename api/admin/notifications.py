"""`/admin/notifications`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.notification import NOTIFICATION

router = Router("/admin/notifications")


@router.get("")
async def list_notifications(request: Request) -> Response:
    """List the notifications, the newest first."""
    return await read(request, NOTIFICATION, where=[LIVE])


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a notification."""
    return await read_one(request, NOTIFICATION, id, where=[LIVE])
