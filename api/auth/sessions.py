"""`/auth/session` and `/auth/token`: a browser's cookie, and a token that knows what became of its identity."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.actors import Anyone
from api.auth.allowed import token_answer
from api.callers import COOKIE, SIGNED, bearer_of, credentials, session_of, session_secret
from api.deps import json_answer, json_text
from api.errors import UnauthenticatedError
from api.routing import Router
from api.state import state_of
from commerce.auth.service import find_identity
from commerce.auth.sessions import NewSession, close_session, open_session

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

router = Router("/auth")


@router.post("/session")
async def log_in(request: Request) -> Response:
    """Give the browser of a token's bearer a cookie that is as good, for ten hours."""
    payload = await _payload(request)
    made = await state_of(request).database.transact(lambda session: _open(session, payload, session_secret(request)))
    answer = json_answer(json_text({"user": payload}))
    answer.headers["set-cookie"] = _cookie(request, quote(SIGNED + made.secret, safe=""), made.expires_at)
    return answer


@router.delete("/session")
async def log_out(request: Request) -> Response:
    """End the session of the cookie."""
    secret = session_secret(request)
    if secret is None or await session_of(request) is None:
        raise UnauthenticatedError
    await state_of(request).database.transact(lambda session: close_session(session, secret))
    answer = json_answer(json_text({"success": True}))
    answer.headers["set-cookie"] = _cookie(request, "", LONG_AGO)
    return answer


@router.post("/token/refresh")
async def refresh_token(request: Request, who: Anyone) -> Response:
    """Return a token that says what the identity is now: after a registration, the customer it became."""
    async with state_of(request).database.reading() as connection:
        identity = await find_identity(connection, who.auth_identity_id)
    if identity is None:
        raise UnauthenticatedError
    return token_answer(request, who.actor_type, identity)


async def _payload(request: Request) -> dict[str, object]:
    """Return what the bearer token says; 401 when nobody stands behind it."""
    token = credentials(request, "bearer")
    if token is None or await bearer_of(request) is None:
        raise UnauthenticatedError
    payload = state_of(request).tokens.payload(token) or {}
    return {name: value for name, value in payload.items() if name != "aud"}


async def _open(session: AsyncSession, payload: dict[str, object], before: str | None) -> NewSession:
    if before is not None:
        await close_session(session, before)
    return await open_session(session, payload)


def _cookie(request: Request, value: str, expires_at: datetime) -> str:
    """Return the header: out of reach for scripts, other sites' forms, and where there is TLS for eavesdroppers."""
    secure = "; Secure" if (state_of(request).settings.public_url or "").startswith("https:") else ""
    expires = format_datetime(expires_at, usegmt=True)
    return f"{COOKIE}={value}; Path=/; Expires={expires}; SameSite=Lax{secure}; HttpOnly"
