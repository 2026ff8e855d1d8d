"""The tests' PostgreSQL: one cluster a run, one migrated template in it, a copy for whoever asks."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg

from euryale.embedded.child import may_enter, unprivileged
from euryale.embedded.postgres import Postgres
from migrations.upgrade import upgrade

TEMPLATE = "euryale_template"
PREFIX = "euryale-tests-"
ROOM = 2_000_000_000  # bytes; a copy of the template is about 10 MB, and few exist at once
# In memory a copy takes 12 ms, on a disk 150.
PLACES = (Path("/dev/shm"), Path(tempfile.gettempdir()), Path("/var/tmp"))  # noqa: S108 - mkdtemp makes the folder ours
SETTINGS = {"max_connections": "300", "shared_buffers": "64MB"}


class Cluster:
    """A running cluster of this test run; it dies with the process that started it."""

    def __init__(self) -> None:
        self.folder = _own_folder()
        self._lock = (self.folder / "lock").open("w")  # held open: the folder is in use as long as we live
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.server = Postgres(self.folder / "postgres", durable=False, settings=SETTINGS)
        self._process: subprocess.Popen[bytes] = self.server.start(self.folder / "postgres.log")

    @property
    def url(self) -> str:
        """The maintenance database's address."""
        return self.server.url

    def stop(self) -> None:
        self.server.stop(self._process)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()


async def make_template(url: str) -> None:
    """Migrate the template unless another worker has; it gets its name only when it is complete."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock(1)")
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", TEMPLATE):
            return
        await connection.execute(f"CREATE DATABASE {TEMPLATE}_new")
        await upgrade(at(url, f"{TEMPLATE}_new"))
        await connection.execute(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}")
    finally:
        await connection.close()


@contextmanager
def copy_of_template(url: str) -> Iterator[str]:
    """Yield the address of a fresh copy of the template."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_execute(url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"))
    try:
        yield at(url, name)
    finally:
        asyncio.run(_execute(url, f"DROP DATABASE {name} WITH (FORCE)"))


def at(url: str, database: str) -> str:
    """Return `url` with another database."""
    return f"{url.rsplit('/', 1)[0]}/{database}"


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _own_folder() -> Path:
    """Make this run's folder, and remove those of runs that were killed before they could."""
    home = next(place for place in PLACES if _is_roomy(place))
    for folder in home.glob(f"{PREFIX}*"):
        if folder.stat().st_uid == os.geteuid() and _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
    made.chmod(0o755)
    return made


def _is_roomy(place: Path) -> bool:
    usable = (
        place.is_dir() and os.access(place, os.W_OK) and may_enter(place / "folder", unprivileged(place / "folder"))
    )
    return usable and shutil.disk_usage(place).free > ROOM


def _is_abandoned(folder: Path) -> bool:
    try:
        with (folder / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:  # held by a living run, or not made yet
        return False
