"""How large a body may be: what brings files has a bound of its own."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer
from kit.errors import CommerceError

LONGEST_LENGTH: Final = 18  # digits; a longer number would not even be read
UPLOADS: Final = frozenset({("POST", "/admin/uploads")})
"""The routes that read a form, within their own bound; each asks who calls before it reads."""


class BodyBounds:
    """Refuses a body that is larger than its route may have: at once if it tells its length, else where it exceeds."""

    def __init__(self, app: ASGIApp, plain: int, uploads: int) -> None:
        self._app = app
        self._plain = plain
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._uploads if (scope["method"], scope["path"]) in UPLOADS else self._plain
        told = Headers(scope=scope).get("content-length", "")
        if told.isdecimal() and (len(told) > LONGEST_LENGTH or int(told) > most):
            await answer(_too_large(most))(scope, receive, send)
            return
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise _too_large(most)
            return message

        await self._app(scope, bounded, send)


def _too_large(most: int) -> CommerceError:
    return CommerceError("payload_too_large", f"The body is larger than {most} bytes.")
