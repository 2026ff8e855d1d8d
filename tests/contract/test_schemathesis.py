"""Schemathesis over our own OpenAPI: whatever it makes up is answered as the description says, and never by a 500.

Within a time box in CI, always the same examples; `EURYALE_LONG=1` takes many more, and others each time.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis.openapi
from httpx2 import Request
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode

from tests.contract.calls import Caller
from tests.contract.reference import judge
from tests.contract.reference import replay as reference
from tests.contract.replaying import Replay
from tests.contract.schemas import misfits

IS_LONG = bool(os.environ.get("EURYALE_LONG"))
SECONDS = 1800.0 if IS_LONG else 45.0
EXAMPLES = 40 if IS_LONG else 2  # of each operation and mode, before the next operation's turn
AUTH = {"store": "publishable key + customer bearer", "admin": "admin user bearer", "auth": "admin user bearer"}
SPARED = ("/auth/session", "/health", "/ready")  # the first would end what the next request needs
OURS = ("authorization", "x-publishable-api-key", "cookie", "host", "content-length")


class Fuzz:
    """Asks the set-up shop what Schemathesis makes up, with credentials that open the doors."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._caller = Caller(replay)
        self.document = json.loads(json.dumps(replay.shop.app.openapi()))
        self.asked = 0

    def operations(self) -> Iterator[APIOperation[Any, Any, Any, Any, Any]]:
        made = (result.ok() for result in schemathesis.openapi.from_dict(self.document).get_all_operations())
        asked = [operation for operation in made if operation.path not in SPARED]
        random.Random(None if IS_LONG else 1).shuffle(asked)
        return iter(asked)

    def try_out(self, operation: APIOperation[Any, Any, Any, Any, Any], mode: GenerationMode) -> None:
        """Ask an operation a few times; AssertionError for an answer that is not as described."""
        strategy = operation.as_strategy(generation_mode=mode, path_parameters=self._ids(operation, mode))

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=not IS_LONG,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def ask(case: Case) -> None:
            self._ask(case)

        with suppress(Unsatisfiable):  # nothing of it can be made wrong
            ask()

    def _ids(self, operation: APIOperation[Any, Any, Any, Any, Any], mode: GenerationMode) -> dict[str, str] | None:
        """Return ids of our rows for what is to be a good request."""
        names = [part for part in operation.path.split("/") if part.startswith("{")]
        if mode is not GenerationMode.POSITIVE or not names:
            return None
        template = operation.path.replace("{", ":").replace("}", "")
        try:
            filled = self._caller.path_of(template).split("/")
        except judge.Blocked:  # there is no such row
            return None
        parts = zip(operation.path.split("/"), filled, strict=True)
        return {part[1:-1]: value for part, value in parts if part.startswith("{")}

    def _ask(self, case: Case) -> None:
        self.asked += 1
        prepared = requests.Request(**case.as_transport_kwargs(base_url=reference.ORIGIN)).prepare()
        headers = {name: value for name, value in prepared.headers.items() if name.lower() not in OURS}
        headers |= self._replay.server.credentials(AUTH.get(case.path.split("/")[1], "none"))
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        answer = self._replay.shop.ask(Request(case.method, str(prepared.url), content=body, headers=headers), 60)
        self._judge(case, answer.status, dict(answer.getheaders()), answer.read())

    def _judge(self, case: Case, status: int, headers: dict[str, str], told: bytes) -> None:
        about = f"{case.method} {case.path}: {status} {told[:300]!r}\n{case.as_curl_command()[:1000]}"
        assert status < 500, about
        responses = self.document["paths"][case.operation.path][case.method.lower()]["responses"]
        content = responses.get(str(status), responses["default"])["content"]
        kind = headers.get("content-type", "").partition(";")[0]
        if kind == "application/json":
            faults = misfits(self.document, content[kind]["schema"], json.loads(told))
            assert not faults, f"{about}\n{faults[:5]}"
        elif told and kind != "text/html":
            assert kind == "text/plain", about


@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_whatever_is_made_up_is_answered_as_described(replay: Replay) -> None:
    replay.begin()
    fuzz = Fuzz(replay)
    end = time.monotonic() + SECONDS
    while True:
        for operation in fuzz.operations():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                if time.monotonic() < end:
                    fuzz.try_out(operation, mode)
        if not IS_LONG or time.monotonic() >= end:
            break
    assert fuzz.asked > 50
    sys.stdout.write(f"{fuzz.asked} requests\n")
