"""Invites; the token is signed by the statement that shows it, so that no table holds one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

from commerce.auth.tokens import INVITE_AUDIENCE, Tokens
from commerce.user.models import Invite
from kit.query import Kind, Resource, computed, ops, plain

_BLOCK: Final = 64  # bytes that SHA-256 works on at once


def _base64url(sql: str) -> str:
    """Return SQL for the text that a JWT holds of bytes."""
    return f"rtrim(translate(replace(encode({sql}, 'base64'), E'\\n', ''), '+/', '-_'), '=')"


_HEADER: Final = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
_PAYLOAD: Final = f"""convert_to(json_build_object(
  'id', {{t}}.id, 'email', {{t}}.email, 'jti', {{t}}.jti, 'aud', '{INVITE_AUDIENCE}',
  'iat', floor(extract(epoch FROM {{t}}.issued_at))::bigint, 'exp', floor(extract(epoch FROM {{t}}.expires_at))::bigint
)::text, 'UTF8')"""
_UNSIGNED: Final = f"'{_HEADER}.' || {_base64url(_PAYLOAD)}"
# HMAC by RFC 2104: a hash over the key padded one way and the hash over the key padded the other way.
_SIGNATURE: Final = "sha256(:outer::bytea || sha256(:inner::bytea || convert_to({unsigned}.text, 'UTF8')))"

INVITE: Final[Resource] = Resource(
    Invite,
    key="invite",
    plural="invites",
    defaults=("id", "email", "accepted", "token", "expires_at", "metadata", "created_at", "updated_at", "deleted_at"),
    hidden=frozenset({"jti", "issued_at"}),
    joins={"unsigned": f"CROSS JOIN LATERAL (SELECT {_UNSIGNED} AS text) {{unsigned}}"},
    computed={"token": computed(f"{{unsigned}}.text || '.' || {_base64url(_SIGNATURE)}", Kind.TEXT, star=True)},
    filters={**plain("id", "email"), **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT)},
    search=("email",),
    combines=True,
    with_deleted=True,
)


def signing(tokens: Tokens) -> Mapping[str, bytes]:
    """Return the parameters that sign the tokens of invites; they sign nothing else."""
    key = tokens.invite_key.ljust(_BLOCK, b"\0")
    return {"inner": bytes(byte ^ 0x36 for byte in key), "outer": bytes(byte ^ 0x5C for byte in key)}
