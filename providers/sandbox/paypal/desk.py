"""What every part of the stand-in's HTTP shares: its book, its deliveries, its tokens, and the passing of time."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from providers.sandbox.paypal import news, payments
from providers.sandbox.paypal.book import Book, Change
from providers.sandbox.paypal.certificate import Signer
from providers.sandbox.paypal.counter import Counter, as_response
from providers.sandbox.paypal.problems import problem
from providers.sandbox.paypal.records import Authorization
from providers.sandbox.paypal.webhooks import Webhooks

TOKEN_SECONDS: Final = 32400


class Desk:
    """One book, one counter, one sender of webhooks. Tokens end with the process."""

    def __init__(self, log: Path, *, client_id: str | None, secret: str | None, public_url: str | None) -> None:
        self.book = Book(log)
        self.signer = Signer(log.parent)
        self.webhooks = Webhooks(self.book, self.signer)
        self.counter = Counter(self.book, self.webhooks.announce)
        self._credentials = None if client_id is None else (client_id, secret or "")
        self._public_url = public_url
        self._tokens: dict[str, datetime] = {}

    async def close(self) -> None:
        """End the deliveries and close the log."""
        await self.webhooks.close()
        self.book.close()

    def settle(self, request: Request) -> None:
        """Let time do what it has done meanwhile."""
        self.webhooks.base_url = self._public_url or base_url(request)
        change = Change(self.book)
        for one in payments.expire(change):
            news.authorised(change, change.get(Authorization, one.id), base_url(request))
        change.write()
        self.webhooks.announce(change.events)

    def turned_away(self, request: Request) -> Response | None:
        """Return the answer for whoever has no good token."""
        self.settle(request)
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        until = self._tokens.get(text) if kind == "Bearer" else None
        return None if until is not None and self.book.now() < until else as_response(problem(401))

    def token(self, request: Request, grant: str) -> Response:
        """Return a token for client id and secret."""
        if grant != "client_credentials" or not self._knows(request):
            wrong = {"error": "invalid_client", "error_description": "Client Authentication failed"}
            return JSONResponse(wrong, 401)
        made = secrets.token_urlsafe(40)
        self._tokens[made] = self.book.now() + timedelta(seconds=TOKEN_SECONDS)
        return JSONResponse({"access_token": made, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    def revoke(self) -> None:
        """Forget every token."""
        self._tokens.clear()

    def _knows(self, request: Request) -> bool:
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(text).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return kind == "Basic" and self._credentials in {None, (name, secret)}


def base_url(request: Request) -> str:
    """Return where the stand-in was called at."""
    return str(request.base_url).rstrip("/")


def as_json(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """Return a body's JSON, None for what is none."""
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return None
