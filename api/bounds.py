"""How large a body may be: what brings files has a bound of its own."""

from __future__ import annotations

from typing import Final

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

UPLOADS: Final = frozenset({("POST", "/admin/uploads")})
"""The routes that read a form, within their own bound; each asks who calls before it reads."""


class BodyBounds:
    """Refuses a body that is larger than its route may have, whether or not its length is told."""

    def __init__(self, app: ASGIApp, plain: int, uploads: int) -> None:
        self._plain = RequestBodyLimitMiddleware(app, plain)
        self._uploads = RequestBodyLimitMiddleware(app, uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_upload = scope["type"] == "http" and (scope["method"], scope["path"]) in UPLOADS
        await (self._uploads if is_upload else self._plain)(scope, receive, send)
