"""The supervisor with real processes: start, start again, stop, and what is left when it is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from euryale.cli.dev import supervisor as module
from euryale.cli.dev.supervisor import Part, Supervisor
from euryale.embedded.child import Launch, StartError
from euryale.embedded.watchdog import Watchdog
from tests.support.waiting import eventually

# Says that it is up, and has a child of its own which nothing told of signals.
FAMILY = "import subprocess, sys, time; p = subprocess.Popen(['sleep', '600']); print('child', p.pid, flush=True); "
SLEEP = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP


class Diary:
    """A witness that remembers."""

    def __init__(self) -> None:
        self.deaths: list[tuple[str, str, str]] = []
        self.births: asyncio.Queue[str] = asyncio.Queue()

    def died(self, part: Part, how: str, _delay: float, log: str) -> None:
        self.deaths.append((part.name, how, log))

    def ready(self, part: Part) -> None:
        self.births.put_nowait(part.name)


class Stage:
    """A supervisor with a folder of logs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.diary = Diary()
        self.supervisor = Supervisor(self.log, self.diary)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def part(self, name: str, code: str, attempts: int = 1) -> Part:
        launch = Launch((sys.executable, "-c", code), dict(os.environ))

        async def is_ready(_pid: int) -> bool:
            return "up" in self.log(name).read_text()

        return Part(name, name, lambda: launch, is_ready, first_attempts=attempts)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(tmp_path)
    yield made
    await made.supervisor.close(["clerk", "mule", "parent"])


async def is_gone(pid: int) -> None:
    await asyncio.to_thread(eventually, lambda: not psutil.pid_exists(pid))


async def test_a_part_that_dies_is_started_again_and_its_log_is_shown(stage: Stage) -> None:
    await stage.supervisor.start(stage.part("clerk", SLEEP))
    first = stage.supervisor.pids["clerk"]
    assert await stage.diary.births.get() == "clerk"
    os.kill(first, signal.SIGKILL)
    assert await stage.diary.births.get() == "clerk"
    assert stage.supervisor.pids["clerk"] != first
    assert stage.diary.deaths == [("clerk", "killed by SIGKILL", "up")]


async def test_a_part_that_never_starts_is_an_error_with_its_log(stage: Stage) -> None:
    with pytest.raises(StartError, match=r"clerk does not start \(exit code 3\)[^$]*no such port"):
        await stage.supervisor.start(stage.part("clerk", "import sys; print('no such port'); sys.exit(3)"))


async def test_a_part_may_fail_before_it_is_up_when_its_predecessor_may_linger(stage: Stage) -> None:
    flag = stage.folder / "flag"
    code = f"import pathlib, sys; f = pathlib.Path({str(flag)!r}); f.exists() or (f.touch(), sys.exit(1)); {SLEEP}"
    await stage.supervisor.start(stage.part("clerk", code, attempts=2))
    assert stage.diary.deaths == []


async def test_closing_kills_what_does_not_stop(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_PATIENCE", 0.1)
    await stage.supervisor.start(stage.part("mule", STUBBORN))
    pid = stage.supervisor.pids["mule"]
    await stage.supervisor.close(["mule"])
    await is_gone(pid)


async def test_the_children_of_a_part_end_with_it(stage: Stage) -> None:
    await stage.supervisor.start(stage.part("parent", FAMILY + SLEEP))
    grandchild = int(stage.log("parent").read_text().split()[1])
    os.kill(stage.supervisor.pids["parent"], signal.SIGKILL)
    await is_gone(grandchild)


def test_killing_the_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    code = f"""
import asyncio, pathlib
from tests.cli.test_supervisor import FAMILY, SLEEP, Stage
async def main():
    stage = Stage(pathlib.Path({str(tmp_path)!r}))
    await stage.supervisor.start(stage.part("parent", FAMILY + SLEEP))
    print("ready", flush=True)
    await stage.supervisor.watch()
asyncio.run(main())
"""
    boss = psutil.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert boss.stdout.readline() == b"ready\n"
    family = boss.children(recursive=True)
    assert len(family) == 3, "the part, its child, the watchdog"
    boss.kill()
    boss.communicate()
    assert psutil.wait_procs(family, timeout=30)[1] == []


@pytest.fixture
def orphan() -> Iterator[subprocess.Popen[bytes]]:
    """Yield a process in a group of its own whose parent does not tie it to itself, as on macOS."""
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_the_watchdog_ends_what_it_guards_when_its_pipe_closes(orphan: subprocess.Popen[bytes]) -> None:
    dog = Watchdog()
    dog.guard(orphan.pid, signal.SIGINT)
    reaper = threading.Thread(target=orphan.wait)  # a group of zombies still counts as alive
    reaper.start()
    dog.close()
    reaper.join()
    # On a machine that is too busy to die in time, the second signal is what ends it.
    assert orphan.returncode in {-signal.SIGINT, -signal.SIGKILL}


def test_the_watchdog_leaves_alone_what_was_released(orphan: subprocess.Popen[bytes]) -> None:
    dog = Watchdog()
    dog.guard(orphan.pid, signal.SIGINT)
    dog.release(orphan.pid)
    dog.close()
    assert orphan.poll() is None
