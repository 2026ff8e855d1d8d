"""Passwords: Argon2id in a thread, few at a time, since one hash costs 64 MiB and a third of a second."""

from __future__ import annotations

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


class Passwords:
    """Hashes and verifies; `memory_kib` and `time_cost` are Argon2id's, `concurrency` how many at once."""

    def __init__(self, memory_kib: int, time_cost: int, concurrency: int) -> None:
        parallelism = 4 if memory_kib >= 32 else 1  # noqa: PLR2004 - Argon2 wants 8 KiB a lane
        self._hasher = PasswordHash(
            (Argon2Hasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism),)
        )
        self._turns = asyncio.Semaphore(concurrency)
        self._nobodys = self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Tell whether `password` is the one; without a stored hash it takes as long, and is not."""
        async with self._turns:
            matches = await asyncio.to_thread(self._hasher.verify, password, stored or self._nobodys)
        return matches and stored is not None
