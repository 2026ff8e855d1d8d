"""`/auth/{actor_type}/{auth_provider}`: who one is by a mail and a password (contract section 2.1).

No `Idempotency-Key` here: what it would keep of a request is a fast hash, and these requests hold passwords.
"""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from api.auth.allowed import allow, credentials_in, password_in, token_answer
from api.auth.bodies.emailpass import AuthEmailPass, AuthResetPassword
from api.callers import credentials
from api.deps import json_answer, json_text
from api.routing import Router
from api.state import state_of
from api.throttle import attempt
from commerce.auth.resets import INVALID, is_open, request_reset, set_password
from commerce.auth.service import Identity, create_identity, find_login, replace_hash
from commerce.auth.tokens import Reset
from kit.errors import unauthorized

router = Router("/auth")


@router.post("/{actor_type}/{auth_provider}")
async def log_in(request: Request, actor_type: str, auth_provider: str, body: AuthEmailPass) -> Response:
    """Return a token; 401 in the same words, after the same time, for a wrong password and an unknown mail."""
    allow(actor_type, auth_provider)
    email, password = credentials_in(body)
    async with attempt(request, "logins", email):
        identity = await _identity(request, email, password)
    return token_answer(request, actor_type, identity)


@router.post("/{actor_type}/{auth_provider}/register")
async def register(request: Request, actor_type: str, auth_provider: str, body: AuthEmailPass) -> Response:
    """Return a token that is good for creating the account it will belong to, and for nothing else."""
    allow(actor_type, auth_provider)
    email, password = credentials_in(body)
    state = state_of(request)
    async with attempt(request, "registrations", email):
        hashed = await state.passwords.hash(password)
        identity = await state.database.transact(lambda session: create_identity(session, email, hashed, {}))
    return token_answer(request, actor_type, identity)


@router.post("/{actor_type}/{auth_provider}/reset-password")
async def reset_password(request: Request, actor_type: str, auth_provider: str, body: AuthResetPassword) -> Response:
    """Let the event `auth.password_reset` carry a token to whoever sends mails; an unknown mail is answered alike."""
    allow(actor_type, auth_provider)
    state, mail = state_of(request), body.identifier
    async with attempt(request, "resets", mail):
        await state.database.transact(lambda s: request_reset(s, state.tokens, actor_type, mail, body.metadata))
    return PlainTextResponse("Created", 201)


@router.post("/{actor_type}/{auth_provider}/update")
async def update(request: Request, actor_type: str, auth_provider: str, body: AuthEmailPass) -> Response:
    """Set a password by the token of a reset; sessions and tokens under the old one count no more."""
    allow(actor_type, auth_provider)
    reset, password = await _reset(request, actor_type), password_in(body)
    state = state_of(request)
    hashed = await state.passwords.hash(password)
    await state.database.transact(lambda session: set_password(session, reset, hashed))
    state.forget_callers()
    return json_answer(json_text({"success": True}))


async def _identity(request: Request, email: str, password: str) -> Identity:
    """Return whom mail and password log in; a hash of an older kind is replaced. Errors: `unauthorized`."""
    state = state_of(request)
    async with state.database.reading() as connection:
        login = await find_login(connection, email)
    stored, found = login.password_hash, login.identity
    matches, fresh = await state.passwords.verify(password, stored, is_migrating=login.is_migrating)
    if found is None or stored is None or not matches:
        raise unauthorized("Invalid email or password")
    if fresh is not None:
        await state.database.transact(lambda session: replace_hash(session, found.auth_identity_id, stored, fresh))
    return found


async def _reset(request: Request, actor_type: str) -> Reset:
    """Return what the bearer token resets, if it does and was not used: before a hash is computed for it."""
    state, token = state_of(request), credentials(request, "bearer")
    reset = state.tokens.read_reset(token) if token is not None else None
    if reset is None or reset.actor_type != actor_type:
        raise unauthorized(INVALID)
    async with state.database.reading() as connection:
        if not await is_open(connection, reset.jti):
            raise unauthorized(INVALID)
    return reset
