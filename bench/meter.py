"""CPU time and memory of the shop's processes, read from the operating system before and after."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psutil

from tests.faults.shop import Shop

MEASURED = ("api", "worker", "temporal", "postgres")
REST = 1.5  # seconds after the last answer: what a checkout leaves to do belongs to it


@dataclass
class Usage:
    """CPU milliseconds by process, over `seconds` of wall time; `client` is the load generator itself."""

    cpu: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def total(self) -> float:
        """Milliseconds of all processes of the shop, the client's not."""
        return sum(ms for name, ms in self.cpu.items() if name != "client")

    def per(self, number: int) -> dict[str, float]:
        """Return milliseconds per checkout (request, ...) by process, and their `total`."""
        shares = {name: ms / number for name, ms in self.cpu.items()}
        return shares | {"total": self.total / number}


@asynccontextmanager
async def metered(shop: Shop, *, rest: float = REST) -> AsyncIterator[Usage]:
    """Yield a Usage that is filled when the block has ended and what it left behind is done."""
    usage = Usage()
    before, began = _read(shop), asyncio.get_running_loop().time()
    yield usage
    usage.seconds = asyncio.get_running_loop().time() - began
    await asyncio.sleep(rest)
    after = _read(shop)
    usage.cpu = {name: (after[name] - before[name]) * 1000 for name in before}


def memory(shop: Shop) -> dict[str, float]:
    """Return the resident megabytes of each process."""
    found = {}
    for name in MEASURED:
        process = psutil.Process(shop.parts[name].pid)
        tree = [process, *process.children(recursive=True)] if name == "postgres" else [process]
        # PostgreSQL's processes share their buffers: what is their own counts, the shared part once
        found[name] = sum(_own_bytes(one, is_tree=name == "postgres") for one in tree) / 2**20
    return found


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time of a process and of all its children, those that have ended too."""
    times = process.cpu_times()
    spent = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            own = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        spent += own.user + own.system
    return float(spent)


def _read(shop: Shop) -> dict[str, float]:
    pids = {name: shop.parts[name].pid for name in MEASURED}  # 0: held down, so it costs nothing
    found = {name: cpu_seconds(psutil.Process(pid)) if pid else 0.0 for name, pid in pids.items()}
    own = psutil.Process(os.getpid()).cpu_times()
    return found | {"client": own.user + own.system}


def _own_bytes(process: psutil.Process, *, is_tree: bool) -> int:
    try:
        return int(process.memory_full_info().uss if is_tree else process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
