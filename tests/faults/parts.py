"""One process of the shop that may be killed at any moment and is started again, unless it is held down."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from euryale.embedded.child import Launch, popen_options

ROOT = Path(__file__).resolve().parents[2]
LOOK = 0.02  # seconds between two looks at a process
PATIENCE = 60.0  # seconds until a part that is never ready fails the test


async def always(_pid: int) -> bool:
    return True


@dataclass
class Part:
    """A part of the shop; `downs` are the moments (time.monotonic) of its deaths, `ups` of its being ready."""

    name: str
    log: Path
    launch: Callable[[], Launch]
    is_ready: Callable[[int], Awaitable[bool]] = always
    prepare: Callable[[], None] = lambda: None
    is_polite: bool = False
    process: subprocess.Popen[bytes] | None = None
    is_held: bool = False
    downs: list[float] = field(default_factory=list)
    ups: list[float] = field(default_factory=list)
    up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def pid(self) -> int:
        """The process id of the living process, 0 when there is none."""
        return self.process.pid if self.process and self.process.poll() is None else 0

    def kill(self) -> bool:
        """Kill -9; tell whether there was anything to kill."""
        self.up.clear()
        if not self.pid or self.process is None:
            return False
        self.process.kill()
        self.process.wait()
        return True

    def hold(self) -> None:
        """Kill it and keep it down."""
        self.is_held = True
        self.kill()

    def release(self) -> None:
        """Let it be started again."""
        self.is_held = False

    def stop(self) -> None:
        """End it for good: politely where it would leave something behind in memory, else by force."""
        self.is_held = True
        if self.process is None:
            return
        if self.process.poll() is None and self.is_polite:
            self.process.send_signal(self.launch().stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(8)
        self._end_group()
        self.process.wait()

    async def keep(self) -> None:
        """Start it whenever it is not running and not held down; for ever."""
        while True:
            if self.is_held:
                await asyncio.sleep(LOOK)
                continue
            self._start()
            await self._live()
            self.up.clear()
            self.downs.append(time.monotonic())
            self._end_group()
            await asyncio.sleep(0.1)

    async def wait_ready(self) -> None:
        """Wait until it is ready. TimeoutError with the end of its log when it never is."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.up.wait()
        except TimeoutError:
            end = self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""
            raise TimeoutError(f"{self.name} is not ready. The end of its log:\n{end}") from None

    def _start(self) -> None:
        # Linux ties a child's life to the thread that forked it: this runs in the main thread's event loop.
        self.prepare()
        launch = self.launch()
        options = popen_options(launch) | {"cwd": ROOT if launch.account is None else "/"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(launch.argv, stdout=log, stderr=subprocess.STDOUT, **options)

    async def _live(self) -> None:
        while pid := self.pid:
            if not self.up.is_set() and await self.is_ready(pid) and self.pid == pid:
                self.ups.append(time.monotonic())
                self.up.set()
            await asyncio.sleep(LOOK)

    def _end_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
