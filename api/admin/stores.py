"""`/admin/stores`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.stores import AdminUpdateStore
from api.deps import read, read_one, shown, write
from api.routing import Router
from kit.query import LIVE
from operations.update_store import update_store
from queries.store import STORE

router = Router("/admin/stores")


@router.get("")
async def list_stores(request: Request) -> Response:
    """List the stores; there is one."""
    return await read(request, STORE, where=[LIVE])


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a store."""
    return await read_one(request, STORE, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateStore) -> Response:
    """Change a store."""
    return await write(request, lambda session: update_store(session, id, body.given()), then=shown(request, STORE))
