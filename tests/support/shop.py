"""A whole shop under `euryale dev`, for tests that look at its processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from euryale.embedded.child import Launch, spawn
from tests.support.waiting import eventually


class DevShop:
    """One data folder, and the `euryale dev` that runs on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.output = folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start it, on free ports, and return at once."""
        (self.data / "euryale.json").unlink(missing_ok=True)
        launch = Launch(tuple(dev("--data-dir", str(self.data), "--port", "0", *options)), clean_environment())
        with self.output.open("wb") as output:
            self.process = spawn(launch, output)  # it dies with the tests, should they be killed

    @property
    def boss(self) -> psutil.Process:
        assert self.process is not None, "started"
        return psutil.Process(self.process.pid)

    def facts(self) -> dict[str, Any]:
        """Return what it tells scripts, once it is up."""
        path = self.data / "euryale.json"
        eventually(lambda: path.exists() or self.has_ended(), 90)
        assert path.exists(), self.output.read_text()
        facts: dict[str, Any] = json.loads(path.read_text())
        return facts

    def has_ended(self) -> bool:
        assert self.process is not None, "started"
        return self.process.poll() is not None

    def end(self, number: int) -> int:
        """Send the supervisor a signal, wait until its whole family is gone, and return its exit code."""
        assert self.process is not None, "started"
        family = self.boss.children(recursive=True)
        self.process.send_signal(number)
        code = self.process.wait()
        assert psutil.wait_procs(family, timeout=30)[1] == []
        return code


def dev(*options: str) -> list[str]:
    return [sys.executable, "-m", "euryale.cli", "dev", *options]


def clean_environment() -> dict[str, str]:
    """Return our environment without settings, which would point the shop elsewhere."""
    ours = ("EURYALE_", "DATABASE_URL", "TEMPORAL_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
