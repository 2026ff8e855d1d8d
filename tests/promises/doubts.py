"""Every recorded change sent as by a client in doubt (promise 15).

It dies before its commit, is sent twice at a time, is sent again, and its key is used for something else. What the
recordings show afterwards is what one change did.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kit import idempotency
from kit.idempotency import Claim
from tests.contract.replaying import Replay
from tests.contract.routes import Route, Routes

Asked = tuple[int, Mapping[str, str], Any]  # status, headers, body
Request = dict[str, Any]
PATIENCE = 20  # seconds
SECRETS = ("token", "redacted")  # shown once only
NO_FAST_HASH = "its body is a password: a key's fingerprint would be a fast hash of it, kept for a day; log in instead"
NOTHING_DOUBLED = "twice is as good as once, and its answer is a secret that is not kept"
WITHOUT_A_KEY: Mapping[Route, str] = {
    ("POST", "/auth/:actor_type/:auth_provider"): NO_FAST_HASH,
    ("POST", "/auth/:actor_type/:auth_provider/register"): NO_FAST_HASH,
    ("POST", "/auth/:actor_type/:auth_provider/update"): NO_FAST_HASH,
    (
        "POST",
        "/auth/:actor_type/:auth_provider/reset-password",
    ): "an older link is worth nothing once there is a new one",
    ("POST", "/auth/verification/request"): "an older code is worth nothing once there is a new one",
    ("POST", "/auth/verification/confirm"): "a code is good once, and is itself the key",
    ("POST", "/auth/session"): NOTHING_DOUBLED,
    ("DELETE", "/auth/session"): "what is gone is gone",
    ("POST", "/hooks/payment/:provider"): "the provider's own event id is the key, for longer than a day",
    ("POST", "/auth/token/refresh"): NOTHING_DOUBLED,
    ("POST", "/store/shipping-options/:id/calculate"): "it changes nothing",
}


class Doubts:
    """Sends a change five times instead of once; `found` is what was not as promised.

    `routes` are those that are doubted, each the first time only; None means all, each time.
    """

    def __init__(self, replay: Replay, patch: pytest.MonkeyPatch, routes: Iterable[Route] | None = None) -> None:
        self._left = None if routes is None else set(routes)
        self._replay = replay
        self._answer = replay.answer
        self._remember = idempotency.remember
        self._dying: set[str] = set()
        self._held: dict[str, threading.Event] = {}
        self._entered = threading.Event()
        self.found: list[str] = []
        patch.setattr(replay, "answer", self.answer)
        patch.setattr(idempotency, "remember", self._remembering)

    def answer(self, request: Request, response: Mapping[str, Any]) -> Asked:
        """Stand in for replay.py's one request."""
        route = change_of(self._replay.routes, request, response)
        if route is None or (self._left is not None and route not in self._left):
            plain: Asked = self._answer(request, response)
            return plain
        if self._left is not None:
            self._left.remove(route)
        key = uuid4().hex
        return self._doubt(
            " ".join(route), {**request, "headers": {**(request["headers"] or {}), "idempotency-key": key}}, key
        )

    def _doubt(self, route: str, request: Request, key: str) -> Asked:
        self._dying.add(key)
        status, _, body = self._send(request)
        if status != 500:
            self._dying.discard(key)
            if status < 300:
                self._tell(route, f"does not keep its key: {status} {body}")
            return status, {}, body
        first, second = self._twice(request, key)
        told = self._replay.shop.last_answer.read()
        if second[0] != 409 and second[::2] != first[::2]:
            self._tell(route, f"in flight: {second[0]} {second[2]}")
        again = self._send(request)
        if again[0] != first[0] or not _is_same(told, self._replay.shop.last_answer.read()):
            self._tell(route, f"replayed: {again[0]} {again[2]}, not {first[0]} {first[2]}")
        other = self._send(_otherwise(request))
        if other[0] != 422:
            self._tell(route, f"another body: {other[0]} {other[2]}")
        return first

    def _twice(self, request: Request, key: str) -> tuple[Asked, Asked]:
        """Send the request, and once more before it is answered."""
        gate = self._held[key] = threading.Event()
        self._entered.clear()
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(self._send, request)
            self._entered.wait(PATIENCE)
            second = self._send(request)
            gate.set()
            first = running.result()
        return first, second

    def _send(self, request: Request) -> Asked:
        asked: Asked = self._replay.server.send(**request)
        return asked

    def _tell(self, route: str, what: str) -> None:
        self.found.append(f"{route} {what}"[:400])

    async def _remembering(self, session: AsyncSession, claim: Claim, *about: Any) -> None:  # noqa: ANN401 - passed on
        """Die or wait where the answer is about to be kept, in the transaction of the effect."""
        if claim.key in self._dying:
            self._dying.remove(claim.key)
            raise RuntimeError("died before the commit")
        if (gate := self._held.pop(claim.key, None)) is not None:
            self._entered.set()
            await asyncio.to_thread(gate.wait, PATIENCE)
        await self._remember(session, claim, *about)


def change_of(routes: Routes, request: Mapping[str, Any], response: Mapping[str, Any]) -> Route | None:
    """Return the route of a recorded request that changes something and takes a key, if it is one."""
    status, body = response["status"], response["body"]
    if request["method"] == "GET" or not isinstance(status, int) or status >= 300:
        return None
    if isinstance(body, dict) and body.get("type") == "cart":  # a decline is not final: the same key asks again
        return None
    route = routes.asked(request["method"], request["path"])
    return None if route in WITHOUT_A_KEY else route


def _otherwise(request: Request) -> Request:
    """Return a request for something else, as far as bytes tell: its JSON with a blank, or with a query."""
    if request["body"] is None or any(name.startswith("multipart ") for name in request["body"]):
        mark = "&" if "?" in request["path"] else "?"
        return {**request, "path": f"{request['path']}{mark}fields=id"}
    return {**request, "body": json.dumps(request["body"]) + " "}


def _is_same(first: bytes, again: bytes) -> bool:
    """Tell whether a replay has the same bytes; where the first answer showed a secret, all but that."""
    if first == again:
        return True
    try:
        return _without_secrets(json.loads(first)) == _without_secrets(json.loads(again))
    except ValueError:
        return False


def _without_secrets(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _without_secrets(below) for key, below in value.items() if key not in SECRETS}
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value
