"""What `euryale dev` runs: which programs, in which environment, on which ports."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from euryale.cli.dev import fake_payments
from euryale.cli.dev.folder import EVENTS, Folder
from euryale.cli.dev.supervisor import Part
from euryale.embedded.child import Launch, StartError, may_enter, unprivileged
from euryale.embedded.http import answers
from euryale.embedded.ports import free_port, is_taken
from euryale.embedded.postgres import Postgres, public_folder
from euryale.embedded.temporal import Temporal
from kit.settings import Settings

SERVER_ATTEMPTS: Final = 8  # what a killed server leaves in memory keeps its successor out for about a second
TOLD: Final = (
    *("api_host", "api_port", "public_url", "jwt_secret", "temporal_ui_url", "sandbox_url", "files_dir"),
    *("rounding", "recorded_payments", "events_file", "store_cors"),
    *fake_payments.TOLD,
)
GOING_DOWN: Final = 3.0  # seconds that the API of a killed predecessor is given to free its port


@dataclass(frozen=True)
class Ports:
    """The API's port and those derived from it, unless they are taken."""

    api: int
    temporal_ui: int
    temporal: int
    postgres: int
    sandbox: int
    stripe: int
    paypal: int


def choose_ports(api: int) -> Ports:
    """Return ports that are free now; 0 is any. StartError when the API's is taken, since it was asked for."""
    end = time.monotonic() + GOING_DOWN
    while api and is_taken(api):
        if time.monotonic() > end:
            raise StartError(f"Port {api} is taken by another program: stop that, or choose another with --port.")
        time.sleep(0.1)
    if not api:
        return Ports(*(free_port() for _ in range(7)))
    return Ports(api, *(free_port(api + step) for step in (1, 2, 3, 4, 5, 6)))


def postgres(folder: Folder, port: int, *, reset: bool) -> Postgres:
    """Return the embedded PostgreSQL, its data where the account that it runs as may go."""
    root = folder.path.resolve() / "postgres"
    if not may_enter(root / "data", unprivileged(root / "data")):
        root = public_folder(folder.path) / "postgres"
        if reset:
            shutil.rmtree(root, ignore_errors=True)
    return Postgres(root, port)


def postgres_part(server: Postgres) -> Part:
    """Return PostgreSQL as a part."""

    async def is_ready(pid: int) -> bool:
        return server.is_ready(pid)

    return Part("postgres", "PostgreSQL", server.launch, is_ready, server.prepare, SERVER_ATTEMPTS)


def temporal(folder: Folder, ports: Ports, namespace: str) -> Temporal:
    """Return the embedded Temporal server on its durable file."""
    home = folder.path.resolve() / "temporal"
    home.mkdir(exist_ok=True)
    return Temporal(home / "temporal.sqlite", ports.temporal, ports.temporal_ui, namespace=namespace)


def temporal_part(server: Temporal) -> Part:
    """Return Temporal as a part."""

    async def is_ready(_pid: int) -> bool:
        return await server.is_ready()

    return Part("temporal", "Temporal", server.launch, is_ready, first_attempts=SERVER_ATTEMPTS)


def api_part(settings: Settings, environment: Mapping[str, str]) -> Part:
    """Return the API as a part."""
    launch = _program("api", environment)
    health = f"http://127.0.0.1:{settings.api_port}/health"

    async def is_ready(_pid: int) -> bool:
        return await answers(health)

    return Part("api", "API", lambda: launch, is_ready)


def worker_part(folder: Folder, environment: Mapping[str, str]) -> Part:
    """Return the worker as a part; it makes a file when it polls every queue."""
    ready = folder.path.resolve() / "worker.ready"
    launch = _program("worker", {**environment, "EURYALE_READY_FILE": str(ready)})

    async def is_ready(_pid: int) -> bool:
        return ready.exists()

    return Part("worker", "Worker", lambda: launch, is_ready, lambda: ready.unlink(missing_ok=True))


def sandbox_part(folder: Folder, port: int) -> Part:
    """Return the payment provider that misbehaves as a part; its log of effects outlives it."""
    log = folder.path.resolve() / "sandbox.log"
    argv = (sys.executable, "-m", "providers.sandbox", "--port", str(port), "--log", str(log))
    launch = Launch(argv, {**os.environ, "PYTHONUNBUFFERED": "1"}, cwd=Path.cwd())

    async def is_ready(_pid: int) -> bool:
        return await answers(f"http://127.0.0.1:{port}/health")

    return Part("sandbox", "Sandbox payments", lambda: launch, is_ready)


def recording(folder: Folder) -> dict[str, Any]:
    """Return the settings that replay.py of the recorded contract expects of a server (contract/README.md)."""
    return {
        "rounding": "none",
        "recorded_payments": True,
        "events_file": folder.path.resolve() / EVENTS,
        "store_cors": "http://localhost:8000,http://localhost:9000",
    }


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment that gives another process the same settings."""
    told = {"DATABASE_URL": settings.database_url, "TEMPORAL_ADDRESS": settings.temporal_address}
    for name in TOLD:
        value = getattr(settings, name)
        if value is not None:
            told[f"EURYALE_{name.upper()}"] = fake_payments.spelled(value)
    told["EURYALE_GRACEFUL_SHUTDOWN_SECONDS"] = "2"  # Ctrl-C is meant to be quick
    told["EURYALE_API_SHUTDOWN_SECONDS"] = "2"
    return {**os.environ, **told, "PYTHONUNBUFFERED": "1"}


def _program(command: str, environment: Mapping[str, str]) -> Launch:
    return Launch((sys.executable, "-m", "euryale.cli", command), environment, cwd=Path.cwd())
