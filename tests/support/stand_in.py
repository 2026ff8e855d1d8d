"""A vendor's stand-in as a process of its own, its traffic held against the vendor's description."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2


class StandIn:
    """The server in its own process; `kill` is SIGKILL, `start` brings it back on the same port and log."""

    def __init__(self, vendor: str, log: Path) -> None:
        self.vendor = vendor
        self.log = log
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.support.checked", self.vendor, "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--log", str(self.log)], stdout=subprocess.PIPE, text=True)
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

    def act(self, path: str, **body: object) -> dict[str, Any]:
        """Do what is not the vendor's API: knobs, clock, the dashboard, the shopper's bank."""
        found: dict[str, Any] = httpx2.post(f"{self.url}/_{path}", json=body).json()
        return found

    def turn(self, *faults: dict[str, Any], **webhooks: object) -> None:
        """Set the faults (none lifts them all) and change the manners of webhooks."""
        httpx2.post(f"{self.url}/_/knobs", json={"faults": faults, "webhooks": webhooks}).raise_for_status()

    def faults(self) -> list[str]:
        """Return what was not as the vendor describes it since this was asked for the last time."""
        told = self.log.with_suffix(".faults")
        if not told.exists():
            return []
        found = told.read_text().splitlines()
        told.unlink()
        return found
