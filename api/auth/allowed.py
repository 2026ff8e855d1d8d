"""What an actor may log in by, and what the answer to a login is."""

from __future__ import annotations

from fastapi import Request, Response

from api.auth.bodies.emailpass import AuthEmailPass
from api.deps import json_answer, json_text
from api.state import state_of
from commerce.auth.service import ACTORS, EMAILPASS, Identity
from kit.errors import not_allowed, unauthorized


def allow(actor_type: str, auth_provider: str) -> None:
    """Let the plain install's one provider pass; `not_allowed` for any other, and for an actor that there is not."""
    if actor_type not in ACTORS or auth_provider != EMAILPASS:
        raise not_allowed(f"The actor type {actor_type} is not allowed to use the auth provider {auth_provider}")


def credentials_in(body: AuthEmailPass) -> tuple[str, str]:
    """Return mail and password; `unauthorized` when one of them is missing."""
    password = password_in(body)
    if not body.email or not isinstance(body.email, str):
        raise unauthorized("Email should be a string")
    return body.email, password


def password_in(body: AuthEmailPass) -> str:
    """Return the password; `unauthorized` when there is none."""
    if not body.password or not isinstance(body.password, str):
        raise unauthorized("Password should be a string")
    return body.password


def token_answer(request: Request, actor_type: str, identity: Identity) -> Response:
    """Answer a token of the identity as it is now."""
    caller = identity.caller(actor_type)
    token = state_of(request).tokens.issue(caller, identity.app_metadata, identity.user_metadata)
    return json_answer(json_text({"token": token}))
