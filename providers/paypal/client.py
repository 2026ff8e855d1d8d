"""PayPal's HTTP: one token for all, and a call that ends in an `Answer`, in Refused (401, 403) or in Unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

import httpx2

from commerce.payment.port import Refused, Unknown
from providers.paypal.problems import BUSY, Problem, as_problem

CONNECT_SECONDS: Final = 3.0
EARLY_SECONDS: Final = 60  # a token is used no longer than this before its end
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that settles something: done, or a plain "no"."""

    status: int
    body: dict[str, Any]

    @property
    def is_ok(self) -> bool:
        """Tell whether the call was done."""
        return httpx2.codes.is_success(self.status)

    @property
    def problem(self) -> Problem:
        """Return what PayPal says is wrong."""
        return as_problem(self.status, self.body)


@dataclass(slots=True)
class _Token:
    text: str = field(default="", repr=False)
    good_until: float = 0.0


class PayPalClient:
    """The connections to PayPal; client id and secret go into the token call and nowhere else."""

    def __init__(self, base_url: str, client_id: str, secret: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._auth = httpx2.BasicAuth(client_id, secret)
        self._http = httpx2.AsyncClient(base_url=self.base_url, follow_redirects=False)
        self._token = _Token()
        self._renewing = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, seconds: float, params: Mapping[str, str] | None = None) -> Answer:
        """Ask; `seconds` is how long to wait."""
        return await self._call("GET", path, seconds, params=params)

    async def post(self, path: str, key: str | None, body: Mapping[str, Any] | None, seconds: float) -> Answer:
        """Send a wish under `key`, None where PayPal has keys for no such wish."""
        headers = {"prefer": "return=representation"}
        if key is not None:
            headers["paypal-request-id"] = key
        return await self._call("POST", path, seconds, headers=headers, json=body)

    async def post_text(self, path: str, body: bytes, seconds: float) -> Answer:
        """Send JSON that must arrive to the letter."""
        return await self._call("POST", path, seconds, content=body)

    async def patch(self, path: str, changes: list[dict[str, Any]], seconds: float) -> Answer:
        """Change an order."""
        return await self._call("PATCH", path, seconds, json=changes)

    async def _call(self, method: str, path: str, seconds: float, **options: Any) -> Answer:  # noqa: ANN401 - httpx2's own
        token = await self._bearer(seconds)
        answer = await self._send(method, path, seconds, token, **options)
        if answer.status == UNAUTHORIZED:  # the token was revoked before its time: one fresh one, then believe it
            self._forget(token)
            answer = await self._send(method, path, seconds, await self._bearer(seconds), **options)
        if answer.status in {UNAUTHORIZED, FORBIDDEN}:
            raise Refused(answer.problem.as_error().message)
        return answer

    async def _send(self, method: str, path: str, seconds: float, token: str, **options: Any) -> Answer:  # noqa: ANN401 - httpx2's own
        headers = {"authorization": f"Bearer {token}", **options.pop("headers", {})}
        if method != "GET":
            headers["content-type"] = "application/json"  # PayPal wants it on a POST without a body too
        return await self._ask(method, path, seconds, headers=headers, **options)

    async def _ask(self, method: str, path: str, seconds: float, **options: Any) -> Answer:  # noqa: ANN401 - httpx2's own
        timeout = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        try:
            response = await self._http.request(method, path, timeout=timeout, **options)
            body = response.json() if response.content else {}
        except (httpx2.RequestError, ValueError) as error:
            raise Unknown(f"PayPal did not answer ({type(error).__name__}).") from error
        answer = Answer(status=response.status_code, body=body if isinstance(body, dict) else {})
        if answer.status in BUSY or httpx2.codes.is_server_error(answer.status):
            raise answer.problem.as_error()
        return answer

    async def _bearer(self, seconds: float) -> str:
        async with self._renewing:
            if monotonic() >= self._token.good_until:
                self._token = await self._fresh(seconds)
            return self._token.text

    async def _fresh(self, seconds: float) -> _Token:
        asked = monotonic()
        form = {"grant_type": "client_credentials"}
        answer = await self._ask("POST", "/v1/oauth2/token", seconds, auth=self._auth, data=form)
        if not answer.is_ok:
            raise Refused(answer.problem.as_error().message)
        try:
            return _Token(str(answer.body["access_token"]), asked + float(answer.body["expires_in"]) - EARLY_SECONDS)
        except (KeyError, TypeError, ValueError) as error:
            raise Unknown("PayPal answered with no token.") from error

    def _forget(self, token: str) -> None:
        if self._token.text == token:
            self._token = _Token()
