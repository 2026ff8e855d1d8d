"""Passwords: Argon2id in a thread, few at a time, since one hash costs 64 MiB and a third of a second."""

from __future__ import annotations

import asyncio
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from commerce.auth.scrypt_kdf import LOG_N, ScryptKdf

NOBODY: Final = "nobody's password"


class Passwords:
    """Hashes and verifies; `memory_kib` and `time_cost` are Argon2id's, `concurrency` how many at once.

    Hashes of a migrated shop (scrypt, 2 ** `scrypt_log_n` rounds) are verified too.
    """

    def __init__(self, memory_kib: int, time_cost: int, concurrency: int, *, scrypt_log_n: int = LOG_N) -> None:
        parallelism = 4 if memory_kib >= 32 else 1  # noqa: PLR2004 - Argon2 wants 8 KiB a lane
        argon = Argon2Hasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)
        self._hasher = PasswordHash((argon, ScryptKdf()))
        self._turns = asyncio.Semaphore(concurrency)
        self._nobodys = self._hasher.hash(NOBODY)
        self._log_n = scrypt_log_n

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, stored: str | None, *, is_migrating: bool = False) -> tuple[bool, str | None]:
        """Tell whether `password` is the one, and the hash to store instead if the stored one is of an older kind.

        A refusal costs the same whether there is a stored hash or not, and of whichever kind: with `is_migrating`,
        when the shop has scrypt hashes, one of each.
        """
        async with self._turns:
            return await asyncio.to_thread(self._verify, password, stored, is_migrating)

    def _verify(self, password: str, stored: str | None, is_migrating: bool) -> tuple[bool, str | None]:  # noqa: FBT001
        matches, fresh = self._hasher.verify_and_update(password, stored or self._nobodys)
        if stored is not None and matches:
            return True, fresh
        if stored is not None and ScryptKdf.identify(stored):
            self._hasher.verify(password, self._nobodys)
        elif is_migrating:
            ScryptKdf().hash(NOBODY, log_n=self._log_n)
        return False, None
