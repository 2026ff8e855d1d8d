"""`/admin/users`."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.actors import Admin
from api.admin.bodies.users import AdminUpdateUser
from api.deps import deleted, json_answer, json_text, read, read_one, shown, write
from api.routing import Router
from api.state import state_of
from commerce.auth.service import providers_of
from commerce.user.service import update_user
from kit.query import LIVE
from operations.delete_user import delete_user
from operations.reset_user_password import reset_user_password
from queries.user import USER

router = Router("/admin/users")


@router.get("")
async def list_users(request: Request) -> Response:
    """List the users."""
    return await read(request, USER, where=[LIVE])


@router.get("/me")
async def retrieve_me(request: Request, admin: Admin) -> Response:
    """Retrieve the user who asks; a secret key is none."""
    return await read_one(request, USER, admin.id, where=[LIVE])


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a user."""
    return await read_one(request, USER, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateUser) -> Response:
    """Change a user."""
    return await write(request, lambda session: update_user(session, id, body.given()), then=shown(request, USER))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a user, and what logs them in."""
    answer = await write(request, lambda session: delete_user(session, id), then=deleted("user"))
    state_of(request).forget_callers()
    return answer


@router.get("/{id}/auth-providers")
async def list_auth_providers(request: Request, id: str) -> Response:
    """List what logs a user in."""
    async with state_of(request).database.reading() as connection:
        return json_answer(json_text({"providers": await providers_of(connection, "user", id)}))


@router.post("/{id}/reset-password")
async def reset_password(request: Request, id: str) -> Response:
    """Answer a token that sets the user's password once; the event carries it as well."""
    tokens = state_of(request).tokens
    return await write(request, lambda session: reset_user_password(session, tokens, id), then=_told, again=_not_told)


async def _told(_session: AsyncSession, token: str) -> str:
    return json_text({"token": token})


async def _not_told(session: AsyncSession, _resource_id: str) -> str:
    return await _told(session, "")
