"""How a child process is started so that it never outlives its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """Something that keeps a part from starting; the message says what to do about it."""


@dataclass(frozen=True)
class Account:
    """The unprivileged account that a server runs as when we are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Launch:
    """One child process: what to run, as whom, and how it is told to end."""

    argv: tuple[str, ...]
    env: Mapping[str, str] | None = None
    account: Account | None = None
    cwd: Path = Path("/")  # a demoted server may not enter ours
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL


def unprivileged(owned: Path) -> Account | None:
    """Return the account to demote to, None when this process is not root. StartError when root has none.

    It is the owner of what lies at `owned`, if that is there, else an account made for such servers.
    """
    if os.geteuid() != 0:
        return None
    if owned.exists() and (owner := owned.stat().st_uid):
        return _account(pwd.getpwuid(owner))
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return _account(pwd.getpwnam(name))
    raise StartError(
        "PostgreSQL refuses to run as root and this machine has neither an account `postgres` nor `nobody`: "
        "run this command as an ordinary user."
    )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def demoted(account: Account | None) -> dict[str, Any]:
    """Return the keyword arguments with which a process runs as `account` (as we do, without one)."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def popen_options(launch: Launch) -> dict[str, Any]:
    """Return the keyword arguments that subprocess.Popen needs; to be used from the main thread.

    Linux delivers the death signal when the *thread* that forked ends, so a worker thread must not fork.
    """
    options: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "start_new_session": True,
        "env": launch.env,
        "cwd": launch.cwd,
    }
    options |= demoted(launch.account)
    if sys.platform == "linux":
        options["preexec_fn"] = _die_with_parent(launch.death_signal)
    return options


def tail(log: Path, size: int = 2000) -> str:
    """Return the end of a log file, at most `size` characters."""
    return log.read_text(errors="replace")[-size:]


def spawn(launch: Launch, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the child with both its outputs appended to `log`."""
    return subprocess.Popen(launch.argv, stdout=log, stderr=subprocess.STDOUT, **popen_options(launch))  # noqa: S603 - our own argv


def reap(process: subprocess.Popen[bytes], stop_signal: signal.Signals, patience: float) -> None:
    """Stop the child and wait for its end; it is killed when `patience` seconds were not enough."""
    if process.poll() is None:
        process.send_signal(stop_signal)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def may_enter(path: Path, account: Account | None) -> bool:
    """Tell whether `account` may pass through every folder above `path` (True without one)."""
    if account is None:
        return True
    for folder in path.resolve().parents:
        if not folder.exists():
            continue
        state = folder.stat()
        bit = 0o100 if state.st_uid == account.uid else 0o010 if state.st_gid == account.gid else 0o001
        if not state.st_mode & bit:
            return False
    return True


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def before_exec() -> None:
        # runs after the change of user, which would clear the setting
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os.kill(os.getpid(), death_signal)

    return before_exec
