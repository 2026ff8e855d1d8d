"""`/admin/invites`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.invites import AdminCreateInvite
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from api.state import state_of
from commerce.user.invites import create_invite, delete_invite, resend_invite
from kit.errors import invalid_data
from kit.query import LIVE
from queries.invite import INVITE, signing

router = Router("/admin/invites")


@router.get("")
async def list_invites(request: Request) -> Response:
    """List the open invites."""
    return await read(request, INVITE, where=[LIVE], params=signing(state_of(request).tokens))


@router.post("")
async def create(request: Request, body: AdminCreateInvite) -> Response:
    """Invite somebody to run the shop."""
    if body.roles:
        raise invalid_data("Roles need the feature flag rbac, which is off.")
    show = shown(request, INVITE, params=signing(state_of(request).tokens))
    return await write(
        request, lambda session: create_invite(session, body.email, body.metadata), then=show, again=show
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve an invite."""
    return await read_one(request, INVITE, id, where=[LIVE], params=signing(state_of(request).tokens))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Withdraw an invite."""
    return await write(request, lambda session: delete_invite(session, id), then=deleted("invite"))


@router.post("/{id}/resend")
async def resend(request: Request, id: str) -> Response:
    """Give an invite a new token."""
    show = shown(request, INVITE, params=signing(state_of(request).tokens))
    return await write(request, lambda session: resend_invite(session, id), then=show, again=show)
