"""A process that ends whole process groups when the one that started it is gone, however it went.

It is told of them by lines on its standard input, `+<group> <signal>` and `-<group>`, and acts on end of file.
Linux kills children by itself (child.py), but not their children, and other systems kill neither. It is run
as a file by a bare interpreter, so it imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

PATIENCE = 3.0  # seconds between the polite signal and the kill


def watch() -> None:
    """Follow the lines until the writer is gone, then end every group that is left."""
    groups: dict[int, int] = {}
    for line in sys.stdin:
        group, _, number = line[1:].partition(" ")
        if line.startswith("+"):
            groups[int(group)] = int(number)
        else:
            groups.pop(int(group), None)
    for group, number in groups.items():
        send(group, number)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and any(send(group, 0) for group in groups):
        time.sleep(0.05)
    for group in groups:
        send(group, signal.SIGKILL)


def send(group: int, number: int) -> bool:
    """Signal a process group; tell whether it still existed."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    return True


class Watchdog:
    """The supervisor's end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this very file
            [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, start_new_session=True, cwd="/"
        )

    def guard(self, group: int, number: int) -> None:
        """End this process group with signal `number` when we are gone."""
        self._tell(f"+{group} {number}\n")

    def release(self, group: int) -> None:
        """Forget a process group that has ended, before its number is given to another."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """End the watchdog; groups that are still guarded end with it."""
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise AssertionError("the watchdog is started with a pipe")
        with contextlib.suppress(BrokenPipeError):  # killed by somebody: the children have their death signals left
            pipe.write(line.encode())
            pipe.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    watch()
