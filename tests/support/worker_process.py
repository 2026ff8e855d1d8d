"""The worker as a process of its own, with a plugin installed beside it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PLUGIN = """
import os
from euryale.plugin import Event, subscriber

@subscriber("order.placed", name="hearing")
async def hear(event: Event) -> None:
    if event.data.get("poison") and not os.path.exists(os.environ["HEARD"] + ".antidote"):
        raise ValueError("cannot stomach this")
    with open(os.environ["HEARD"], "a") as file:
        file.write(f"{event.id} {event.data['id']}\\n")
        file.flush()
        os.fsync(file.fileno())
"""
ENTRY_POINTS = "[euryale.subscribers]\nhearing = hearing_plugin:hear\n"
METADATA = "Metadata-Version: 2.1\nName: hearing-plugin\nVersion: 1.0\n"


class WorkerProcess:
    """Starts, watches and kills workers over one database and one Temporal."""

    def __init__(self, folder: Path, database_url: str, temporal: str, prefix: str) -> None:
        self.folder = folder
        self.ready = folder / "ready"
        self.failpoints = folder / "failpoints"
        self.heard = folder / "heard"
        self.log = folder / "worker.log"
        self._install_plugin()
        self.environment = {
            **os.environ,
            "PYTHONPATH": f"{folder / 'plugin'}",
            "DATABASE_URL": database_url,
            "TEMPORAL_ADDRESS": temporal,
            "EURYALE_TEMPORAL_TASK_QUEUE_PREFIX": prefix,
            "EURYALE_READY_FILE": str(self.ready),
            "EURYALE_FAILPOINTS_FILE": str(self.failpoints),
            "EURYALE_GRACEFUL_SHUTDOWN_SECONDS": "2",
            "HEARD": str(self.heard),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        self.ready.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "worker.py"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        return self.process

    async def is_ready(self) -> bool:
        self.assert_alive()
        return self.ready.exists()

    def assert_alive(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-3000:]

    async def died(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    async def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return await asyncio.to_thread(self.process.wait, 30)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def events_heard(self) -> list[tuple[str, str]]:
        """Return event id and order id of every call of the subscriber."""
        lines = self.heard.read_text().splitlines() if self.heard.exists() else []
        return [(line.split()[0], line.split()[1]) for line in lines]

    def _install_plugin(self) -> None:
        plugin = self.folder / "plugin"
        info = plugin / "hearing_plugin-1.0.dist-info"
        info.mkdir(parents=True)
        (plugin / "hearing_plugin.py").write_text(PLUGIN)
        (info / "entry_points.txt").write_text(ENTRY_POINTS)
        (info / "METADATA").write_text(METADATA)


@contextmanager
def worker_process(folder: Path, database_url: str, temporal: str, prefix: str) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(folder, database_url, temporal, prefix)
    try:
        yield worker
    finally:
        worker.kill()
