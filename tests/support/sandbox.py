"""The sandbox as a process of its own, and what the tests of this room share."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx2

from commerce.payment.port import PaymentProvider, PaymentRequest, SessionRequest

Ask = Callable[..., SessionRequest]
Money = Callable[..., PaymentRequest]


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

    def turn(self, **knobs: object) -> None:
        httpx2.post(f"{self.url}/knobs", json=knobs).raise_for_status()

    def confirm(self, reference: str | None) -> httpx2.Response:
        """Do what the shopper's browser does."""
        return httpx2.post(f"{self.url}/intents/{reference}/confirm")


async def opened(provider: PaymentProvider, request: SessionRequest) -> SessionRequest:
    """Open a session and return the request as our columns have it then."""
    session = await provider.create_session(request)
    return replace(request, reference=session.reference, data=session.data)
