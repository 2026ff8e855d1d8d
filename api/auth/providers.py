"""`/auth/{actor_type}/...`: what logs an actor in; logins elsewhere come with their providers."""

from __future__ import annotations

from typing import Final, NoReturn

from fastapi import Response

from api.auth.allowed import allow
from api.deps import json_answer, json_text
from api.routing import Router
from commerce.auth.service import ACTORS, EMAILPASS
from kit.errors import unauthorized

EMAIL_AND_PASSWORD: Final = {
    "id": EMAILPASS,
    "identifier": EMAILPASS,
    "display_name": "Email/Password Authentication",
    "flow": "credentials",
}

router = Router("/auth")


@router.get("/{actor_type}/providers")
async def list_providers(actor_type: str) -> Response:
    """List what logs an actor in."""
    return json_answer(json_text({"providers": [EMAIL_AND_PASSWORD] if actor_type in ACTORS else []}))


@router.get("/{actor_type}/{auth_provider}")
async def log_in_elsewhere(actor_type: str, auth_provider: str) -> Response:
    """Send a browser to a provider's own login; 401, since a mail and a password are sent by POST."""
    allow(actor_type, auth_provider)
    raise unauthorized("Password should be a string")


@router.get("/{actor_type}/{auth_provider}/callback")
async def come_back(actor_type: str, auth_provider: str) -> Response:
    """Come back from a provider's own login; 401, since nobody is sent there."""
    _refuse_callback(actor_type, auth_provider)


@router.post("/{actor_type}/{auth_provider}/callback")
async def come_back_by_form(actor_type: str, auth_provider: str) -> Response:
    """Come back from a provider's own login by a form; 401 as above."""
    _refuse_callback(actor_type, auth_provider)


def _refuse_callback(actor_type: str, auth_provider: str) -> NoReturn:
    allow(actor_type, auth_provider)
    raise unauthorized(f"Callback authentication not implemented for provider {auth_provider}")
