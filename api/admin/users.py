"""`/admin/users`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Admin
from api.deps import read_one
from api.routing import Router
from kit.query import LIVE
from queries.user import USER

router = Router("/admin/users")


@router.get("/me")
async def retrieve_me(request: Request, admin: Admin) -> Response:
    """Retrieve the user who asks; a secret key is none."""
    return await read_one(request, USER, admin.id, where=[LIVE])
