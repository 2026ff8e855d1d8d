"""`/admin/api-keys`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Admin
from api.admin.bodies.api_keys import AdminCreateApiKey, AdminRevokeApiKey, AdminUpdateApiKey
from api.admin.bodies.customers import AdminLink
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from api.state import state_of
from commerce.api_key.service import create_key, delete_key, fresh_token, revoke_key, update_key
from kit.query import LIVE
from operations.set_key_channels import set_key_channels
from queries.api_key import API_KEY, CREATED_API_KEY, NEW_API_KEY

router = Router("/admin/api-keys")


@router.get("")
async def list_keys(request: Request) -> Response:
    """List the keys; the tokens of secret ones are not shown."""
    return await read(request, API_KEY, where=[LIVE])


@router.post("")
async def create(request: Request, admin: Admin, body: AdminCreateApiKey) -> Response:
    """Create a key; the token of a secret one is told this once."""
    token = fresh_token(body.type)
    return await write(
        request,
        lambda session: create_key(session, token, title=body.title, type_=body.type, created_by=admin.id),
        then=shown(request, NEW_API_KEY, params={"token": token}),
        again=shown(request, CREATED_API_KEY),
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a key."""
    return await read_one(request, API_KEY, id, where=[LIVE], missing=f"API key with id: {id} was not found")


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateApiKey) -> Response:
    """Rename a key."""
    return await write(request, lambda session: update_key(session, id, body.given()), then=shown(request, API_KEY))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a key that is revoked."""
    return await write(request, lambda session: delete_key(session, id), then=deleted("api_key"))


@router.post("/{id}/revoke")
async def revoke(request: Request, admin: Admin, id: str, body: AdminRevokeApiKey) -> Response:
    """Revoke a key, at once or later; every process of the API knows it five seconds after."""
    answer = await write(
        request,
        lambda session: revoke_key(session, id, admin.id, within=body.revoke_in),
        then=shown(request, API_KEY),
    )
    state_of(request).forget_callers()
    return answer


@router.post("/{id}/sales-channels")
async def change_sales_channels(request: Request, id: str, body: AdminLink) -> Response:
    """Say which channels a publishable key opens."""
    answer = await write(
        request,
        lambda session: set_key_channels(session, id, add=body.add, remove=body.remove),
        then=shown(request, API_KEY),
    )
    state_of(request).forget_callers()
    return answer
