"""`/auth/{actor_type}/{auth_provider}`: log in with a mail and a password, or register to (contract section 2.1)."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

from api.auth.bodies.login import AuthEmailPass
from api.deps import json_answer, json_text
from api.routing import Router
from api.state import state_of
from commerce.auth.service import EMAILPASS, Identity, create_identity, find_identity
from commerce.auth.tokens import Caller
from kit.errors import not_allowed, unauthorized

ACTORS: Final = ("user", "customer")

router = Router("/auth")


@router.post("/{actor_type}/{auth_provider}")
async def log_in(request: Request, actor_type: str, auth_provider: str, body: AuthEmailPass) -> Response:
    """Return a token; 401 in the same words, after the same time, for a wrong password and an unknown mail."""
    email, password = _allowed(actor_type, auth_provider, body)
    state = state_of(request)
    async with state.database.reading() as connection:
        identity = await find_identity(connection, email)
    matches = await state.passwords.verify(password, identity.password_hash if identity else None)
    if identity is None or not matches:
        raise unauthorized("Invalid email or password")
    return _token(request, actor_type, identity)


@router.post("/{actor_type}/{auth_provider}/register")
async def register(request: Request, actor_type: str, auth_provider: str, body: AuthEmailPass) -> Response:
    """Return a token that is good for creating the account it will belong to, and for nothing else."""
    email, password = _allowed(actor_type, auth_provider, body)
    state = state_of(request)
    hashed = await state.passwords.hash(password)
    return _token(
        request, actor_type, await state.database.transact(lambda session: create_identity(session, email, hashed, {}))
    )


def _allowed(actor_type: str, auth_provider: str, body: AuthEmailPass) -> tuple[str, str]:
    if actor_type not in ACTORS or auth_provider != EMAILPASS:
        raise not_allowed(f"The actor type {actor_type} is not allowed to use the auth provider {auth_provider}")
    if not isinstance(body.password, str):
        raise unauthorized("Password should be a string")
    if not isinstance(body.email, str):
        raise unauthorized("Email should be a string")
    return body.email, body.password


def _token(request: Request, actor_type: str, identity: Identity) -> Response:
    caller = Caller(identity.actor_id(actor_type), actor_type, identity.auth_identity_id)
    token = state_of(request).tokens.issue(caller, identity.app_metadata, identity.user_metadata)
    return json_answer(json_text({"token": token}))
