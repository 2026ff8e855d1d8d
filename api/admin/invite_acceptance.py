"""`/admin/invites/accept`: the one admin route for somebody who is no user yet."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.actors import Guest
from api.admin.bodies.invites import AdminAcceptInvite
from api.deps import shown, write
from api.errors import UnauthenticatedError
from api.routing import Router
from api.state import state_of
from api.validation import invalid
from commerce.auth.tokens import Invited
from kit.errors import invalid_data
from kit.query import read_one
from operations.accept_invite import accept_invite
from queries.user import NEW_USER

router = Router("/admin/invites/accept")


@router.post("")
async def accept(request: Request, guest: Guest, body: AdminAcceptInvite) -> Response:
    """Make one who registered the user that an invite is for."""
    if guest.actor_id:
        raise invalid_data("The user is already authenticated and cannot accept an invite.")
    invited, identity_id = _invited(request), guest.auth_identity_id
    return await write(
        request,
        lambda session: _accept(session, invited, identity_id, body),
        then=shown(request, NEW_USER),
    )


async def _accept(session: AsyncSession, invited: Invited, identity_id: str, body: AdminAcceptInvite) -> str:
    user_id = await accept_invite(session, invited, identity_id, **dict(body))
    if user_id is None:
        raise UnauthenticatedError
    return user_id


def _invited(request: Request) -> Invited:
    """Return what the token in the query string says; 401 for one that is not ours."""
    token = read_one(NEW_USER, request.query_params.multi_items()).text("token")
    if token is None:
        raise invalid("Field 'token' is required")
    invited = state_of(request).tokens.read_invite(token)
    if invited is None:
        raise UnauthenticatedError
    return invited
