"""Bad input of every kind at every route: the contract's error shape, never a 500.

It runs after the recordings, by its name: what it captures and refunds leaves runs that an admin's list would count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from httpx2 import Request

from tests.contract.calls import Caller
from tests.contract.hostile import BODIES, IDS, QUERIES
from tests.contract.reference import judge
from tests.contract.reference import replay as reference
from tests.contract.replaying import Replay
from tests.contract.routes import Route, contract_routes

AUTH = {"store": "publishable key + customer bearer", "admin": "admin user bearer", "auth": "admin user bearer"}
SPARED = ("/auth/session", "/admin/users/")  # they would end what the next request needs


class Knocking:
    """Sends bytes to routes of the set-up shop, with ids of its rows and credentials."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._caller = Caller(replay)

    def routes(self) -> list[Route]:
        return [route for route in contract_routes() if self._replay.routes.has(route)]

    def path(self, template: str) -> str:
        try:
            return self._caller.path_of(template)
        except judge.Blocked:  # there is no such row
            return re.sub(r":\w+", "unknown", template)

    def fault(self, method: str, target: str, body: bytes | None = None) -> str | None:
        """Return what is wrong with the answer, if anything is."""
        headers = {"content-type": "application/json"} if body is not None else {}
        headers |= self._replay.server.credentials(AUTH.get(target.split("/")[1], "none"))
        answer = self._replay.shop.ask(Request(method, reference.ORIGIN + target, content=body, headers=headers), 60)
        told = f"{method} {target[:100]} {(body or b'')[:60]!r}: {answer.status} {answer.read()[:200]!r}"
        if answer.status >= 500:
            return told
        if answer.status >= 400 and "json" in dict(answer.getheaders())["content-type"]:
            refused = json.loads(answer.read())
            return None if isinstance(refused.get("message"), str) else told
        return None


@pytest.fixture(scope="module")
def knocking(replay: Replay) -> Knocking:
    replay.begin()
    return Knocking(replay)


def faults(found: Iterator[str | None]) -> str:
    return "\n".join(filter(None, found))


def test_no_body_breaks_a_route(knocking: Knocking) -> None:
    changes = [(method, path) for method, path in knocking.routes() if method == "POST" and not path.startswith(SPARED)]
    targets = [(method, knocking.path(path)) for method, path in changes]
    assert not faults(knocking.fault(method, target, body) for method, target in targets for body in BODIES)


def test_no_query_breaks_a_route(knocking: Knocking) -> None:
    reads = [knocking.path(path) for method, path in knocking.routes() if method == "GET"]
    assert not faults(knocking.fault("GET", f"{target}?{query}") for target in reads for query in QUERIES)


def test_no_id_breaks_a_route(knocking: Knocking) -> None:
    with_ids = [route for route in knocking.routes() if ":" in route[1]]
    assert not faults(
        knocking.fault(method, re.sub(r":\w+", id_, path), b"{}" if method == "POST" else None)
        for method, path in with_ids
        for id_ in IDS
    )
