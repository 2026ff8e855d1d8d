"""One shop of `euryale dev`: servers, schema, seed, programs, and the facts about them."""

from __future__ import annotations

import asyncio
import importlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from euryale.cli import data
from euryale.cli.contents import Contents, read_contents, repoint_pictures
from euryale.cli.dev import fake_payments, parts
from euryale.cli.dev.checkout import checkout_script
from euryale.cli.dev.folder import Folder, write_private
from euryale.cli.dev.screen import Screen
from euryale.cli.dev.supervisor import Part, Supervisor
from euryale.cli.target import require_database, require_temporal
from kit.settings import Settings

STOP_ORDER: Final = (
    ("api", "worker"),
    (*fake_payments.NAMES, "sandbox", "temporal", "postgres"),
)  # who calls goes before who is called
ADMIN_EMAIL: Final = "admin@example.com"
DATABASE: Final = "euryale"


@dataclass(frozen=True)
class Options:
    """The options of the command line."""

    port: int
    data_dir: Path
    reset: bool
    demo: bool
    cruel: bool
    fake_payments: bool
    recording: bool


class Shop:
    """All parts of one shop."""

    def __init__(self, options: Options, settings: Settings, folder: Folder, screen: Screen) -> None:
        self._options = options
        self._folder = folder
        self._screen = screen
        self._given = settings
        self._facts: dict[str, Any] = {}
        self._stand_ins: dict[str, str] = {}
        self._is_new = not folder.has_secrets
        self._knows_password = True
        self._secrets = folder.secrets()
        self.supervisor = Supervisor(folder.log, self)

    async def live(self) -> None:
        """Bring everything up, tell where it is, and look after it for ever."""
        with self._screen.starting():
            settings = await self._start_servers()
            with self._screen.step("Database schema"):
                await data.migrate(settings.database_url, hurried=True)
                await repoint_pictures(settings.database_url, settings.static_url)
            environment = parts.environment(settings)
            *_, found = await asyncio.gather(
                self._start(parts.worker_part(self._folder, environment)),
                self._start(parts.api_part(settings, environment)),
                self._seed(settings),
            )
        self._tell(settings, found)
        await self.supervisor.watch()

    async def close(self) -> None:
        """Stop everything."""
        self._screen.note("Stopping ...")
        await self.supervisor.close(*STOP_ORDER)

    def died(self, part: Part, how: str, delay: float, log: str) -> None:
        """Show a part's end; the facts keep its last process id until it is back."""
        self._screen.died(part, how, delay, log)

    def ready(self, part: Part) -> None:
        """Show that a part is back, and tell scripts its new process id."""
        if self._facts:
            self._screen.back(part)
            self._write_facts()

    async def _start_servers(self) -> Settings:
        """Start what is not given by DATABASE_URL and TEMPORAL_ADDRESS, and return the settings of the whole shop."""
        ports = parts.choose_ports(self._options.port)
        *servers, fakes = await asyncio.gather(
            self._database(ports), self._temporal(ports), self._sandbox(ports), self._fakes(ports)
        )
        found: dict[str, Any] = {
            "jwt_secret": self._secrets.jwt_secret,
            "files_dir": self._folder.path.resolve() / "files",
            "public_url": f"http://localhost:{ports.api}",
        }
        for server in servers:
            found |= server
        if self._options.recording:
            found |= parts.recording(self._folder)
        told = {name: value for name, value in found.items() if name not in self._given.model_fields_set}
        # Keys of a real account that the environment has must not reach a stand-in: here ours win.
        return self._given.model_copy(update={**told, **fakes, "api_port": ports.api})

    async def _database(self, ports: parts.Ports) -> dict[str, Any]:
        if "database_url" in self._given.model_fields_set:
            with self._screen.step("Your PostgreSQL"):
                await require_database(self._given.database_url)
            return {}
        server = parts.postgres(self._folder, ports.postgres, reset=self._options.reset)
        if server.account:
            self._screen.note(f"PostgreSQL refuses to run as root: it runs as `{server.account.name}`.")
        if not server.root.is_relative_to(self._folder.path.resolve()):
            self._screen.note(f"That account may not enter {self._folder.path}: the database lies in {server.root}.")
        await self._start(parts.postgres_part(server))
        await data.create_database(server.url, DATABASE)
        return {"database_url": server.database_url(DATABASE)}

    async def _temporal(self, ports: parts.Ports) -> dict[str, Any]:
        if "temporal_address" in self._given.model_fields_set:
            with self._screen.step("Your Temporal"):
                await require_temporal(self._given.temporal_address, self._given.temporal_namespace)
            return {}
        server = parts.temporal(self._folder, ports, self._given.temporal_namespace)
        await self._start(parts.temporal_part(server))
        return {"temporal_address": server.address, "temporal_ui_url": f"http://localhost:{ports.temporal_ui}"}

    async def _sandbox(self, ports: parts.Ports) -> dict[str, Any]:
        if not self._options.cruel:
            return {}
        await self._start(parts.sandbox_part(self._folder, ports.sandbox))
        return {"sandbox_url": f"http://127.0.0.1:{ports.sandbox}"}

    async def _fakes(self, ports: parts.Ports) -> dict[str, Any]:
        if not self._options.fake_payments:
            return {}
        fake_payments.require()
        places = {"stripe": ports.stripe, "paypal": ports.paypal}
        made = [one.part(self._folder, places[one.name], ports.api) for one in fake_payments.STAND_INS]
        await asyncio.gather(*map(self._start, made))
        self._stand_ins = {name: fake_payments.url(port) for name, port in places.items()}
        return fake_payments.settings_of(self._stand_ins)

    async def _start(self, part: Part) -> None:
        with self._screen.step(part.title):
            await self.supervisor.start(part)

    async def _seed(self, settings: Settings) -> Contents:
        """Fill the shop unless it is full, and return what it has."""
        found = await read_contents(settings.database_url)
        if not self._is_new and not found.needs_seed(settings, demo=self._options.demo):
            return found
        with self._screen.step("Demo shop" if self._options.demo else "Empty shop"):
            # Its import is a second of CPU: in a thread, so that the programs start meanwhile.
            module = await asyncio.to_thread(importlib.import_module, "euryale.cli.seed")
            admin = module.Admin(ADMIN_EMAIL, self._secrets.admin_password)
            is_admin_new = await module.seed(settings, demo=self._options.demo, admin=admin)
        # A new folder over an older database of one's own: the admin there has another password.
        self._knows_password = is_admin_new or not self._is_new
        return await read_contents(settings.database_url)

    def _tell(self, settings: Settings, found: Contents) -> None:
        self._facts = {
            "api_url": f"http://localhost:{settings.api_port}",
            "temporal_ui_url": settings.temporal_ui_url,
            "temporal_address": settings.temporal_address,
            "database_url": settings.database_url,
            "sandbox_url": settings.sandbox_url,
            "stand_ins": self._stand_ins,
            "publishable_key": found.publishable_key,
            "admin_email": ADMIN_EMAIL,
            "admin_password": self._secrets.admin_password if self._knows_password else None,
            "regions": found.regions,
        }
        self._write_facts()
        script = self._script(found)
        (self._folder.path / "checkout.sh").write_text(script)
        self._screen.overview(self._facts, script, str(self._folder.path))

    def _write_facts(self) -> None:
        pids = {**self.supervisor.pids, "supervisor": os.getpid()}
        write_private(self._folder.facts, {**self._facts, "pids": pids})

    def _script(self, found: Contents) -> str:
        sellable = [region for region in found.regions if region["countries"]]
        if not sellable:
            return ""
        region = sellable[0]
        return checkout_script(
            self._facts["api_url"], found.publishable_key or "", region["id"], region["countries"][0]
        )
