"""The embedded PostgreSQL after kills, and beside what is left of its predecessors."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from euryale.embedded.postgres import Postgres


@pytest.fixture
def root() -> Iterator[Path]:
    """Yield a folder that PostgreSQL's account may enter, which pytest's own are not."""
    with TemporaryDirectory(prefix="euryale-postgres-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "postgres"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "postgres.log"


async def rows(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    found = await connection.fetch("SELECT n FROM kept ORDER BY n")
    await connection.close()
    return [row["n"] for row in found]


async def test_what_was_acknowledged_survives_a_kill(root: Path, log: Path) -> None:
    first = Postgres(root)
    process = first.start(log)
    connection = await asyncpg.connect(first.url)
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    process.kill()
    process.wait()
    connection.terminate()
    second = Postgres(root)
    process = second.start(log)
    assert await rows(second.url) == [1]
    second.stop(process)


async def test_a_predecessor_that_still_runs_is_stopped_first(root: Path, log: Path) -> None:
    first = Postgres(root)
    running = first.start(log)
    running.send_signal(signal.SIGINT)
    second = Postgres(root)
    process = second.start(log)
    connection = await asyncpg.connect(second.url)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
    second.stop(process)
    assert running.wait() == 0


def test_a_pid_file_that_names_a_stranger_does_no_harm(root: Path, log: Path) -> None:
    first = Postgres(root)
    first.stop(first.start(log))
    (root / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{root / 'data'}\n")
    second = Postgres(root)
    second.stop(second.start(log))


async def test_a_password_is_asked_for(root: Path, log: Path) -> None:
    server = Postgres(root)
    process = server.start(log)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://postgres:wrong@127.0.0.1:{server.port}/postgres")
    server.stop(process)


def test_a_half_made_cluster_is_made_anew(root: Path, log: Path) -> None:
    server = Postgres(root)
    root.mkdir()
    (root / "data.new").mkdir()
    (root / "data.new" / "PG_VERSION").write_text("18")
    server.stop(server.start(log))
