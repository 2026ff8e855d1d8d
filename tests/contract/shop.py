"""A shop as a first start leaves it, in this process: its database can be kept and brought back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from anyio.from_thread import BlockingPortal, start_blocking_portal
from httpx2 import ASGITransport, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import create_app
from api.state import Kept, State
from commerce.auth.passwords import Passwords
from commerce.notification.models import Notification
from durable.client import connect
from kit.db import Database, save
from kit.settings import Settings
from operations.create_admin_user import create_admin_user
from operations.seed.first_start import first_start
from tests.contract.reference import replay
from tests.support.recorded_shop import FULFILLMENT_PROVIDERS, PAYMENT_PROVIDERS
from tests.support.servers import TEMPLATE, at
from worker import work

EMAIL, PASSWORD = "admin@example.com", "supersecret"
ORIGINS = f"{replay.ORIGIN},http://localhost:8000"


class Shop:
    """The API, the worker beside it and their database. Synchronous from outside, since replay.py is."""

    def __init__(self, portal: BlockingPortal, postgres_url: str, temporal: str, folder: Path) -> None:
        self._portal = portal
        self._postgres_url = postgres_url
        self._name = f"contract_{uuid4().hex}"
        self._kept: str | None = None
        self._settings = Settings(
            database_url=at(postgres_url, self._name),
            temporal_address=temporal,
            temporal_task_queue_prefix=f"{self._name}-",
            jwt_secret="x" * 40,
            rounding="none",
            recorded_payments=True,
            password_memory_kib=8,
            password_time_cost=1,
            throttle=False,
            money_wait_seconds=30,  # a busy machine is no reason for a 202
            store_cors=ORIGINS,
            admin_cors=ORIGINS,
            auth_cors=ORIGINS,
            files_dir=folder / "files",
            ready_file=folder / f"{self._name}.ready",
            graceful_shutdown_seconds=1,
            log_level="CRITICAL",
        )
        self.app = create_app(self._settings)
        self._transport = ASGITransport(app=self.app, raise_app_exceptions=False)
        self._worker: tuple[asyncio.Event, asyncio.Task[None]] | None = None

    @property
    def state(self) -> State:
        parts: State = self.app.state.parts
        return parts

    def make(self) -> None:
        """Make the database that a first start leaves."""
        self._portal.call(self._make)

    def start(self) -> None:
        """Start the worker."""
        self._portal.call(self._start_worker)

    def close(self) -> None:
        self._portal.call(self._close)

    def keep(self) -> None:
        """Keep the state: `restore` brings it back."""
        self._portal.call(self._keep)

    def restore(self) -> None:
        self._portal.call(self._restore)

    def connection(self, _netloc: str, timeout: float) -> Connection:
        """Return what replay.py takes for an HTTP connection; it reaches the application without a network."""
        return Connection(self, timeout)

    def ask(self, request: Request, timeout: float) -> Answer:
        """Ask the application; what it answered last is kept, byte for byte."""
        self.last_answer: Answer = self._portal.start_task_soon(self._ask, request).result(timeout)
        return self.last_answer

    def last_event(self, name: str) -> dict[str, Any] | None:
        return self._portal.call(self._last_event, name)

    def notify(self, to: str, *, channel: str, template: str) -> None:
        """Make a message; the exports and imports that send the recorded ones come with later routes."""
        message = Notification(to=to, channel=channel, template=template, data={"title": "Order export"})
        self._portal.call(self.state.database.transact, lambda session: save(session, message))

    async def _ask(self, request: Request) -> Answer:
        response = await self._transport.handle_async_request(request)
        return Answer(response.status_code, await response.aread(), response.headers.multi_items())

    async def _make(self) -> None:
        await self._execute(f"CREATE DATABASE {self._name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        database = Database(self._settings.database_url, pool_size=1)
        try:
            hashed = await Passwords(8, 1, 1).hash(PASSWORD)
            await database.transact(lambda session: _start(session, hashed))
        finally:
            await database.close()

    async def _close(self) -> None:
        await self._rest()
        names = [self._name, self._kept] if self._kept else [self._name]
        await self._execute(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))

    async def _keep(self) -> None:
        await self._rest()
        self._kept = f"{self._name}_kept"
        await self._execute(f"ALTER DATABASE {self._name} RENAME TO {self._kept}")

    async def _restore(self) -> None:
        await self._rest()
        await self._execute(
            f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)",
            f"CREATE DATABASE {self._name} TEMPLATE {self._kept} STRATEGY FILE_COPY",
        )
        await self._start_worker()

    async def _start_worker(self) -> None:
        ready = self._settings.ready_file
        assert ready is not None
        ready.unlink(missing_ok=True)
        stop = asyncio.Event()
        working = asyncio.create_task(work(self._settings, stop))
        self._worker = stop, working
        while not ready.exists():
            await asyncio.sleep(0.005)
            assert not working.done()

    async def _rest(self) -> None:
        """Let nobody be connected to the database, nor remember anything of it."""
        if self._worker is not None:
            stop, working = self._worker
            stop.set()
            await self._execute("NOTIFY outbox", on=self._name)  # the relay looks once a second, or when it is told
            await working
            self._worker = None
            await self._end_workflows()
        await self.state.database.close()
        for part in vars(self.state).values():
            if isinstance(part, Kept):
                part.forget()

    async def _end_workflows(self) -> None:
        """End what goes on: after the reset it would be about things that never were."""
        client = await connect(self._settings.temporal_address, self._settings.temporal_namespace)
        async for run in client.list_workflows('ExecutionStatus = "Running"'):
            await client.get_workflow_handle(run.id, run_id=run.run_id).terminate()

    async def _last_event(self, name: str) -> dict[str, Any] | None:
        connection = await asyncpg.connect(self._settings.database_url)
        try:
            await connection.set_type_codec("jsonb", encoder=str, decoder=replay.json.loads, schema="pg_catalog")
            found: dict[str, Any] | None = await connection.fetchval(
                "SELECT data FROM outbox_event WHERE name = $1 ORDER BY created_at DESC, id DESC LIMIT 1", name
            )
        finally:
            await connection.close()
        return found

    async def _execute(self, *statements: str, on: str = "postgres") -> None:
        connection = await asyncpg.connect(at(self._postgres_url, on))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


class Connection:
    """As much of `http.client.HTTPConnection` as replay.py uses."""

    def __init__(self, shop: Shop, timeout: float) -> None:
        self._shop, self._timeout = shop, timeout

    def request(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> None:
        self._answer = self._shop.ask(
            Request(method, replay.ORIGIN + target, content=body, headers=headers), self._timeout
        )

    def getresponse(self) -> Answer:
        return self._answer

    def close(self) -> None:
        pass


class Answer:
    """As much of `http.client.HTTPResponse` as replay.py uses."""

    def __init__(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.status, self._body, self._headers = status, body, headers

    def read(self) -> bytes:
        return self._body

    def getheaders(self) -> list[tuple[str, str]]:
        return self._headers


@contextmanager
def open_shop(postgres_url: str, temporal: str, folder: Path) -> Iterator[Shop]:
    """Yield a shop on a database of its own; the migrated template must be there already."""
    with start_blocking_portal() as portal:
        shop = Shop(portal, postgres_url, temporal, folder)
        shop.make()
        with portal.wrap_async_context_manager(shop.app.router.lifespan_context(shop.app)):
            shop.start()
            try:
                yield shop
            finally:
                shop.close()


async def _start(session: AsyncSession, password_hash: str) -> None:
    await first_start(session, payment_providers=PAYMENT_PROVIDERS, fulfillment_providers=FULFILLMENT_PROVIDERS)
    await create_admin_user(session, EMAIL, password_hash)
