"""The whole shop as real processes on free loopback ports: PostgreSQL, Temporal, sandbox, API, worker."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.api_key.service import create_secret_key
from euryale.embedded.child import Launch
from euryale.embedded.ports import free_port
from euryale.embedded.postgres import Postgres
from euryale.embedded.temporal import Temporal
from kit import failpoints
from kit.db import Database
from migrations.upgrade import upgrade
from operations.seed.demo import demo_shop
from operations.seed.first_start import first_start
from tests.faults import listener
from tests.faults.folders import keep, shop_folder
from tests.faults.parts import Part

PARTS: Final = ("postgres", "temporal", "sandbox", "api", "worker")
PROVIDERS: Final = ("pp_system_default", "pp_sandbox_sandbox", "pp_sandbox_browser")
QUICK: Final = {  # a lost call is noticed soon, or every test would wait half a minute for each
    "EURYALE_ATTEMPT_DEADLINE_SECONDS": "6",
    "EURYALE_COMPLETE_WAIT_SECONDS": "9",
    "EURYALE_PROVIDER_SESSION_SECONDS": "1.5",
    "EURYALE_PROVIDER_MONEY_SECONDS": "8",  # longer than the deadline: what hangs is handed over, not asked again
    "EURYALE_GRACEFUL_SHUTDOWN_SECONDS": "1",
    "EURYALE_API_SHUTDOWN_SECONDS": "1",
}
CROWD: Final = {  # one address that stands for a thousand shoppers: they are counted, and not refused
    "EURYALE_THROTTLE_PAYMENT_SESSIONS": "1000000/1 1000000/1",
    "EURYALE_THROTTLE_COMPLETES": "1000000/1 1000000/1",
}


class Shop:
    """A running shop; every part restarts by itself when it dies, and dies with this process."""

    def __init__(self, folder: Path, settings: Mapping[str, str], *, workers: int = 1, listens: bool = True) -> None:
        self.folder = folder
        self.postgres = Postgres(folder / "postgres", settings={"max_connections": "120"})
        self.temporal = Temporal(folder / "temporal" / "temporal.sqlite")
        self.effects = folder / "sandbox.log"
        self.heard = folder / "heard"
        self.failpoints = folder / "failpoint"
        self.is_dirty = False
        self.publishable_key = ""
        self.secret_key = ""
        self._ports = {name: free_port() for name in ("api", "sandbox")}
        self._settings = dict(settings)
        self._listens = listens
        self._servers = {part.name: part for part in self._server_parts()}
        self._programs = {part.name: part for part in self._program_parts(workers)}
        self.parts = self._servers | self._programs
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['api']}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['sandbox']}"

    @property
    def database_url(self) -> str:
        return self.postgres.database_url("euryale")

    async def open(self) -> None:
        """Start the servers, seed the demo shop, start the programs."""
        if self._listens:
            listener.install(self.folder / "plugin")
        await self._start(self._servers)
        await self._seed()
        await self._start(self._programs)

    async def close(self) -> None:
        """Stop everything; nothing of it is left."""
        for keeper in self._keepers:
            keeper.cancel()
        for part in reversed(self.parts.values()):
            part.stop()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def wait_ready(self) -> None:
        """Wait until every part is up."""
        await asyncio.gather(*(part.wait_ready() for part in self.parts.values()))

    async def wait_open(self) -> None:
        """Wait until shoppers can be served: the API is up, and at least one worker."""
        workers = [part for name, part in self.parts.items() if name.startswith("worker")]
        await self.parts["api"].wait_ready()
        waits = [asyncio.create_task(worker.wait_ready()) for worker in workers]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def kill(self, *names: str) -> None:
        """Kill -9 the named parts, all of them without a name, one right after the other."""
        for name in names or self.parts:
            self.parts[name].kill()

    async def lose_temporal(self) -> None:
        """Kill Temporal and delete its data folder: it comes back with nothing."""
        temporal = self.parts["temporal"]
        temporal.hold()
        shutil.rmtree(self.folder / "temporal")
        temporal.release()

    def arm(self, edge: str, passes: int = 1) -> None:
        """Have the process that passes `edge` for the n-th time killed."""
        assert edge in failpoints.EDGES
        self.failpoints.with_suffix(".fired").unlink(missing_ok=True)
        part = self.failpoints.with_suffix(".new")
        part.write_text(f"{edge} {passes}")
        part.rename(self.failpoints)

    def disarm(self) -> None:
        self.failpoints.unlink(missing_ok=True)

    @property
    def has_fired(self) -> bool:
        """Whether the armed edge killed somebody."""
        return self.failpoints.with_suffix(".fired").exists()

    async def turn(self, **knobs: Any) -> None:  # noqa: ANN401 - plain JSON
        """Set the sandbox's knobs."""
        async with httpx2.AsyncClient() as client:
            (await client.post(f"{self.sandbox_url}/knobs", json=knobs)).raise_for_status()

    async def connect(self) -> asyncpg.Connection:
        """Return a connection of the judge's own."""
        return await asyncpg.connect(self.database_url)

    def tail(self, name: str, size: int = 4000) -> str:
        """Return the end of a part's log."""
        log = self.parts[name].log
        return log.read_text(errors="replace")[-size:] if log.exists() else ""

    async def _start(self, parts: Mapping[str, Part]) -> None:
        self._keepers += [asyncio.create_task(part.keep()) for part in parts.values()]
        await asyncio.gather(*(part.wait_ready() for part in parts.values()))

    async def _seed(self) -> None:
        connection = await asyncpg.connect(self.postgres.url)
        try:
            await connection.execute("CREATE DATABASE euryale")
        finally:
            await connection.close()
        await upgrade(self.database_url)
        database = Database(self.database_url, pool_size=1)
        try:
            self.publishable_key = await database.transact(self._fill)
            _, self.secret_key = await database.transact(lambda session: create_secret_key(session, "Treasurer"))
        finally:
            await database.close()

    async def _fill(self, session: AsyncSession) -> str:
        start = await first_start(session, payment_providers=PROVIDERS)
        await demo_shop(session, start, payment_providers=PROVIDERS, static_url=f"{self.api_url}/static")
        assert start.publishable_key is not None
        return start.publishable_key

    def _server_parts(self) -> list[Part]:
        async def is_postgres_ready(pid: int) -> bool:
            return self.postgres.is_ready(pid)

        async def is_temporal_ready(_pid: int) -> bool:
            return await self.temporal.is_ready()

        def make_folder() -> None:
            (self.folder / "temporal").mkdir(exist_ok=True)

        sandbox = (sys.executable, "-m", "providers.sandbox", "--port", str(self._ports["sandbox"]))
        return [
            Part(
                "postgres",
                self._log("postgres"),
                self.postgres.launch,
                is_postgres_ready,
                self.postgres.prepare,
                is_polite=True,
            ),
            Part("temporal", self._log("temporal"), self.temporal.launch, is_temporal_ready, make_folder),
            Part(
                "sandbox",
                self._log("sandbox-process"),
                lambda: Launch((*sandbox, "--log", str(self.effects)), dict(os.environ)),
                _answers(f"{self.sandbox_url}/health"),
            ),
        ]

    def _program_parts(self, workers: int) -> list[Part]:
        api = self._program("-m", "euryale.cli", "api")
        staff = [self._worker("worker" if n == 1 else f"worker-{n}") for n in range(1, workers + 1)]
        return [Part("api", self._log("api"), api, _answers(f"{self.api_url}/health")), *staff]

    def _worker(self, name: str) -> Part:
        ready = self.folder / f"{name}.ready"

        async def is_ready(_pid: int) -> bool:
            return ready.exists()

        launch = self._program("worker.py", EURYALE_READY_FILE=str(ready))
        return Part(name, self._log(name), launch, is_ready, lambda: ready.unlink(missing_ok=True))

    def _program(self, *arguments: str, **environment: str) -> Callable[[], Launch]:
        return lambda: Launch((sys.executable, *arguments), self._environment() | environment)

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": self.database_url,
            "TEMPORAL_ADDRESS": self.temporal.address,
            "EURYALE_API_PORT": str(self._ports["api"]),
            "EURYALE_JWT_SECRET": "a secret of the kill harness, long enough",
            "EURYALE_PUBLIC_URL": self.api_url,
            "EURYALE_SANDBOX_URL": self.sandbox_url,
            "EURYALE_FAILPOINTS_FILE": str(self.failpoints),
            "EURYALE_FILES_DIR": str(self.folder / "files"),
            **CROWD,
            "EURYALE_LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(self.folder / "plugin"),
            listener.VARIABLE: str(self.heard),
            **self._settings,
        }

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.out"


@asynccontextmanager
async def running_shop(
    settings: Mapping[str, str] = QUICK, *, workers: int = 1, listens: bool = True
) -> AsyncIterator[Shop]:
    """Yield a shop whose PostgreSQL and Temporal are durable, and leave nothing of it behind."""
    with shop_folder() as folder:
        shop = Shop(folder, settings, workers=workers, listens=listens)
        try:
            await shop.open()
            yield shop
        finally:
            await shop.close()
            if shop.is_dirty and os.environ.get("EURYALE_KEEP_DIRTY_SHOPS"):
                keep(folder)


def _answers(url: str) -> Callable[[int], Awaitable[bool]]:
    async def is_ready(_pid: int) -> bool:
        try:
            async with httpx2.AsyncClient(timeout=1) as client:
                return (await client.get(url)).status_code == 200
        except httpx2.TransportError:
            return False

    return is_ready
