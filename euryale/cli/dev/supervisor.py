"""Keeps parts running: starts them, starts again with back-off what dies, and stops all of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from euryale.embedded.child import Launch, StartError, popen_options
from euryale.embedded.watchdog import Watchdog

POLL: Final = 0.05  # seconds between two looks whether a part is ready
PATIENCE: Final = 120.0  # seconds until a part that lives but is never ready is given up at the first start
SETTLED: Final = 10.0  # seconds after which a part that dies is started again at once
BACK_OFF: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before the 1st, 2nd, ... start again
STOP_PATIENCE: Final = 6.0  # seconds between the polite signal and the kill


@dataclass(frozen=True)
class Part:
    """One child under supervision.

    `is_ready` gets the process id, since what the last process left may still answer for it. `first_attempts`:
    how often it may end before it was ready for the first time.
    """

    name: str
    title: str
    launch: Callable[[], Launch]
    is_ready: Callable[[int], Awaitable[bool]]
    prepare: Callable[[], None] = lambda: None
    first_attempts: int = 1


class Witness(Protocol):
    """Who is told of what happens to parts."""

    def died(self, part: Part, how: str, delay: float, log: str) -> None:
        """Hear that a part ended by itself and is started again in `delay` seconds; `log` is the end of its log."""

    def ready(self, part: Part) -> None:
        """Hear that a part is ready, for the first time or again."""


@dataclass
class _Child:
    part: Part
    process: Process | None = None
    ready_pid: int | None = None
    is_up: asyncio.Event = field(default_factory=asyncio.Event)
    is_stopping: bool = False


class Supervisor:
    """The parts and their processes; to be used from the main thread, where Linux ties a child to its parent."""

    def __init__(self, log_of: Callable[[str], Path], witness: Witness) -> None:
        self._log_of = log_of
        self._witness = witness
        self._children: dict[str, _Child] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._watchdog = Watchdog()

    @property
    def pids(self) -> dict[str, int]:
        """Return the process id of every part as of when it was last ready."""
        return {name: child.ready_pid for name, child in self._children.items() if child.ready_pid}

    async def start(self, part: Part) -> None:
        """Start a part and wait until it is ready. StartError with the end of its log when it never is."""
        child = self._children[part.name] = _Child(part)
        keeper = self._keepers[part.name] = asyncio.create_task(self._keep(child))
        up = asyncio.create_task(child.is_up.wait())
        try:
            done, _ = await asyncio.wait({keeper, up}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
        if keeper in done:
            await keeper
        if not done:
            raise StartError(
                f"{part.title} is not ready after {PATIENCE:.0f} s. The end of its log:\n{self._tail(part)}"
            )

    async def watch(self) -> None:
        """Wait as long as every part is looked after; raises what ended the looking after."""
        done, _ = await asyncio.wait(self._keepers.values(), return_when=asyncio.FIRST_COMPLETED)
        for keeper in done:
            keeper.result()

    async def close(self, *stages: Sequence[str]) -> None:
        """Stop every part, stage after stage (the parts of one at the same time), and leave no process behind."""
        for child in self._children.values():
            child.is_stopping = True
        for stage in stages:
            await asyncio.gather(*(self._stop(self._children[name]) for name in stage if name in self._children))
        self._watchdog.close()

    def kill(self) -> None:
        """Kill every part at once."""
        for child in self._children.values():
            if child.process:
                _signal_group(child.process.pid, signal.SIGKILL)

    async def _keep(self, child: _Child) -> None:
        """Run one part until it is stopped; StartError when it ends too often before it was ready once."""
        failures = 0
        while not child.is_stopping:
            began = asyncio.get_running_loop().time()
            size = self._log_size(child.part)
            try:
                how = ending(await self._live(child))
            except (StartError, OSError) as error:
                how = str(error)
            if child.is_stopping:
                return
            failures = 1 if asyncio.get_running_loop().time() - began > SETTLED else failures + 1
            log = self._tail(child.part, size)
            if not child.is_up.is_set() and failures >= child.part.first_attempts:
                raise StartError(f"{child.part.title} does not start ({how}). The end of its log:\n{log}")
            delay = BACK_OFF[min(failures, len(BACK_OFF)) - 1]
            if child.is_up.is_set():
                self._witness.died(child.part, how, delay, log)
            await asyncio.sleep(delay)

    async def _live(self, child: _Child) -> int:
        """Run one process of a part from its start to its end and return its exit code."""
        child.part.prepare()
        launch = child.part.launch()
        with self._log_of(child.part.name).open("ab") as log:
            child.process = process = await asyncio.create_subprocess_exec(
                *launch.argv, stdout=log, stderr=asyncio.subprocess.STDOUT, **popen_options(launch)
            )
        self._watchdog.guard(process.pid, launch.death_signal)
        end = asyncio.create_task(process.wait())
        probe = asyncio.create_task(self._announce(child, process.pid))
        try:
            await asyncio.wait({end, probe}, return_when=asyncio.FIRST_COMPLETED)
            if probe.done():
                probe.result()
            return await end
        finally:
            probe.cancel()
            _signal_group(process.pid, signal.SIGKILL)  # what children of its own it left behind
            self._watchdog.release(process.pid)
            child.process = None

    async def _announce(self, child: _Child, pid: int) -> None:
        while not await child.part.is_ready(pid):  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(POLL)
        child.ready_pid = pid
        child.is_up.set()
        self._witness.ready(child.part)

    async def _stop(self, child: _Child) -> None:
        keeper = self._keepers[child.part.name]
        if child.process is None:
            keeper.cancel()  # it waits for its next start
        else:
            with contextlib.suppress(ProcessLookupError):
                child.process.send_signal(child.part.launch().stop_signal)
        _, alive = await asyncio.wait({keeper}, timeout=STOP_PATIENCE)
        if alive:
            keeper.cancel()  # kills the whole group on its way out
            await asyncio.wait({keeper})

    def _log_size(self, part: Part) -> int:
        log = self._log_of(part.name)
        return log.stat().st_size if log.exists() else 0

    def _tail(self, part: Part, since: int = 0, lines: int = 15) -> str:
        log = self._log_of(part.name)
        if not log.exists():
            return ""
        with log.open("rb") as file:
            file.seek(since)
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


def ending(code: int) -> str:
    """Return in words how a process ended."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
