"""The data folder of `euryale dev`: one owner at a time, secrets, logs, and the facts for scripts."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from euryale.embedded.child import StartError

LOG_LIMIT: Final = 5_000_000  # bytes; a longer log is moved aside at the next start
EVENTS: Final = "events.jsonl"
PAYMENTS: Final = "payments"
OURS: Final = frozenset(
    {
        EVENTS,
        "secrets.json",
        "secrets.json.part",
        "euryale.json.part",
        "checkout.sh",
        "worker.ready",
        "sandbox.log",
        "logs",
        "postgres",
        "temporal",
        "files",
        PAYMENTS,
    }
    | {"lock", ".gitignore"}
)


@dataclass(frozen=True)
class Secrets:
    """What is made up once for a data folder and kept."""

    jwt_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    admin_password: str = field(default_factory=lambda: secrets.token_urlsafe(12))


@dataclass(frozen=True)
class Folder:
    """The data folder at `path`."""

    path: Path

    @property
    def facts(self) -> Path:
        """Return the file that tells scripts where everything is; it exists while the shop is up."""
        return self.path / "euryale.json"

    def log(self, part: str) -> Path:
        """Return the log file of one part."""
        return self.path / "logs" / f"{part}.log"

    @contextmanager
    def owned(self, *, reset: bool) -> Iterator[None]:
        """Hold the folder for this process, emptied first on `reset`. StartError when another one holds it.

        The kernel lets go of the lock when its holder dies, so a lock file that is left over means nothing.
        """
        try:
            # Root's PostgreSQL runs as another account, which has to pass through; the secrets have modes of their own.
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700 if os.geteuid() else 0o711)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise StartError(
                f"The data folder {self.path} cannot be written ({error.strerror}): give it to your account, "
                "or choose another with --data-dir."
            ) from error
        with lock:
            self._take(lock.fileno())
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._make_room(reset=reset)
            try:
                yield
            finally:
                self.facts.unlink(missing_ok=True)

    @property
    def has_secrets(self) -> bool:
        """Tell whether the folder was used before."""
        return (self.path / "secrets.json").exists()

    def secrets(self) -> Secrets:
        """Return the folder's secrets, made up at the first call."""
        path = self.path / "secrets.json"
        try:
            return Secrets(**json.loads(path.read_text()))
        except FileNotFoundError:
            made = Secrets()
            write_private(path, asdict(made))
            return made

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(self._owner()) from None

    def _owner(self) -> str:
        holder = (self.path / "lock").read_text() or "unknown"
        where = f", its shop is at {read_facts(self.facts)['api_url']}" if self.facts.exists() else ""
        return (
            f"Another `euryale dev` (process {holder}) already runs on {self.path}{where}. "
            "Use that one, stop it with Ctrl-C, or start a second shop with --data-dir and --port."
        )

    def _make_room(self, *, reset: bool) -> None:
        self.facts.unlink(missing_ok=True)
        if reset:
            self._empty()
        (self.path / ".gitignore").write_text("*\n")
        (self.path / "logs").mkdir(exist_ok=True)
        (self.path / "files").mkdir(exist_ok=True)
        for log in (self.path / "logs").glob("*.log"):
            if log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))

    def _empty(self) -> None:
        entries = [entry for entry in self.path.iterdir() if entry.name != "lock"]
        if strangers := sorted(entry.name for entry in entries if entry.name not in OURS):
            raise StartError(
                f"--reset would delete {', '.join(strangers)} in {self.path}, which `euryale dev` did not make: "
                "move that elsewhere, or choose another folder with --data-dir."
            )
        for entry in entries:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def read_facts(path: Path) -> dict[str, Any]:
    """Return the facts that a running `euryale dev` wrote."""
    facts: dict[str, Any] = json.loads(path.read_text())
    return facts


def write_private(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that only our account may read, all of it or nothing."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
