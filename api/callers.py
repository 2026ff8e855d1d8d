"""Whom a request speaks for: the session of its cookie, else its bearer token; both count while the account stands."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from fastapi import Request

from api.errors import UnauthenticatedError
from api.state import state_of
from commerce.auth.sessions import find_session
from commerce.auth.tokens import Caller

COOKIE: Final = "connect.sid"
SIGNED: Final = "s:"  # how the peer's cookies begin; ours is a secret of 256 bits and needs no signature
SAFE: Final = ("GET", "HEAD", "OPTIONS")
SECRET_AS_BEARER: Final = (
    "A secret API key was passed as a Bearer token. Secret API keys must be sent using HTTP Basic authentication "  # noqa: S105 - a sentence
    "instead (Authorization: Basic <secret-api-key>)."
)


async def caller_of(request: Request, *actor_types: str) -> Caller | None:
    """Return the caller, if it is one of these actors; the session before the bearer, as the peer has it."""
    session = await session_of(request)
    if session is not None and session.actor_type in actor_types:
        return session
    bearer = await bearer_of(request)
    return bearer if bearer is not None and bearer.actor_type in actor_types else None


async def session_of(request: Request) -> Caller | None:
    """Return whom the session of the cookie speaks for."""
    secret = session_secret(request)
    if secret is None or not _from_a_page_of_ours(request):
        return None
    async with state_of(request).database.reading() as connection:
        return await find_session(connection, secret)


async def bearer_of(request: Request) -> Caller | None:
    """Return whom the bearer token speaks for; 401 with a hint for a secret key in its place."""
    token = credentials(request, "bearer")
    if token is None:
        return None
    if token.startswith("sk_"):
        raise UnauthenticatedError(SECRET_AS_BEARER)
    caller = state_of(request).tokens.read(token)
    return caller if caller is not None and await _stands(request, caller) else None


async def _stands(request: Request, caller: Caller) -> bool:
    """Tell whether the identity is still what the token says; what was kept of it may be older than the token."""
    standings, id_ = state_of(request).standings, caller.auth_identity_id
    kept = await standings.get(id_)
    if kept is None or kept.vouches_for(caller):
        return kept is not None
    standings.forget(id_)
    found = await standings.get(id_)
    return found is not None and found.vouches_for(caller)


def session_secret(request: Request) -> str | None:
    """Return the secret in the session's cookie."""
    cookie = unquote(request.cookies.get(COOKIE, ""))
    return cookie.removeprefix(SIGNED) if cookie.startswith(SIGNED) and "\x00" not in cookie else None


def credentials(request: Request, scheme: str) -> str | None:
    """Return what the header `authorization` holds, if it is of this scheme."""
    given, _, held = request.headers.get("authorization", "").partition(" ")
    return held.strip() if given.lower() == scheme and held.strip() else None


def _from_a_page_of_ours(request: Request) -> bool:
    """Tell whether a cookie may speak for a change: a browser sends it along whoever's page asks.

    The pages that may are those that may read our answers: of our own host, or an origin of the area's CORS setting.
    """
    origin = request.headers.get("origin")
    if request.method in SAFE or origin is None:
        return True
    own = origin.partition("://")[2] == request.headers.get("host")
    area = request.url.path.split("/")[1]
    return own or (area in (origins := state_of(request).origins) and origins[area].allow(origin))
