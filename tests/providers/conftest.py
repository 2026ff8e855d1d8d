"""A real sandbox process on a free port, and the providers that the conformance suite walks."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from commerce.payment.port import PaymentProvider, PaymentRequest, SessionRequest
from kit.ids import new_id
from providers.recorded.payment import RecordedPayments
from providers.sandbox.payment import SandboxPayments
from providers.system.payment import SystemPayments


class Sandbox:
    """The server in its own process; `kill` is SIGKILL, `start` brings it back on the same port and log."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "providers.sandbox", "--port", str(self.port), "--log", str(self.log)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def turn(self, **knobs: Any) -> None:
        httpx2.post(f"{self.url}/knobs", json=knobs).raise_for_status()

    def confirm(self, reference: str) -> httpx2.Response:
        """What the shopper's browser does."""
        return httpx2.post(f"{self.url}/intents/{reference}/confirm")


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    server = Sandbox(tmp_path_factory.mktemp("sandbox") / "effects.jsonl")
    yield server
    server.stop()


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    shared_sandbox.turn(late_seconds=0.2, slow_seconds=0.3, hang_seconds=2)
    return shared_sandbox


@pytest.fixture
async def pay(sandbox: Sandbox) -> AsyncIterator[SandboxPayments]:
    provider = SandboxPayments(sandbox.url, session_seconds=5, money_seconds=5)
    yield provider
    await provider.close()


@pytest.fixture
async def hasty(sandbox: Sandbox) -> AsyncIterator[SandboxPayments]:
    """A client that gives up while the sandbox hangs or dawdles."""
    provider = SandboxPayments(sandbox.url, session_seconds=0.15, money_seconds=0.15)
    yield provider
    await provider.close()


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[SandboxPayments]:
    provider = SandboxPayments(sandbox.url, confirmed_by_client=True, session_seconds=5, money_seconds=5)
    yield provider
    await provider.close()


@pytest.fixture(params=["system", "recorded", "pay", "browser"])
def any_provider(request: pytest.FixtureRequest) -> PaymentProvider:
    simple: dict[str, PaymentProvider] = {"system": SystemPayments(), "recorded": RecordedPayments()}
    provider: PaymentProvider = simple.get(request.param) or request.getfixturevalue(request.param)
    return provider


Ask = Callable[..., SessionRequest]


@pytest.fixture
def ask() -> Ask:
    """Return a maker of session requests, each with a fresh session id."""

    def make(behavior: str = "", amount: str = "12.50", **data: Any) -> SessionRequest:
        session = new_id("payses")
        if behavior:
            data["behavior"] = behavior
        return SessionRequest(session_id=session, key=session, amount=Decimal(amount), currency_code="eur", data=data)

    return make


Money = Callable[..., PaymentRequest]


@pytest.fixture
def money() -> Money:
    """Return a maker of captures, refunds and cancels of a session."""

    def make(session: SessionRequest, reference: str, amount: str, key: str) -> PaymentRequest:
        return PaymentRequest(
            session_id=session.session_id,
            key=f"{session.session_id}/{key}",
            reference=reference,
            amount=Decimal(amount),
            currency_code=session.currency_code,
            data=session.data,
        )

    return make
