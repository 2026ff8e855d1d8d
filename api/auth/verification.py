"""`/auth/verification`: prove that a mail is one's own."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.actors import Anyone
from api.auth.bodies.verification import AuthConfirmVerification, AuthRequestVerification
from api.deps import shown, write
from api.routing import Router
from api.throttle import attempt
from commerce.auth.verifications import confirm_verification, request_verification
from queries.verification import CONFIRMED, VERIFICATION

router = Router("/auth/verification")


@router.post("/request")
async def request_code(request: Request, who: Anyone, body: AuthRequestVerification) -> Response:
    """Let the event `auth.verification_requested` carry a code to whoever sends it on."""
    identity_id = who.auth_identity_id
    async with attempt(request, "verifications", identity_id):
        return await write(
            request,
            lambda session: request_verification(session, identity_id, **dict(body)),
            then=shown(request, VERIFICATION),
            status=201,
        )


@router.post("/confirm")
async def confirm_code(request: Request, who: Anyone, body: AuthConfirmVerification) -> Response:
    """Use a code, once."""
    identity_id, show = who.auth_identity_id, shown(request, CONFIRMED)

    async def told(session: AsyncSession, verification_id: str) -> str:
        return (await show(session, verification_id)).removeprefix('{"verification":').removesuffix("}")

    async with attempt(request, "codes", identity_id):
        return await write(request, lambda session: confirm_verification(session, identity_id, body.code), then=told)
