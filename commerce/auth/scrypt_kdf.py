"""Password hashes that a migrated shop brings: the header of the `scrypt` file format, in base64.

96 bytes: `scrypt`, version 0, log2 N, r and p (4 bytes each, big-endian), 32 of salt, the first 16 of the SHA-256 of
all that, and an HMAC-SHA256 over the first 64 by the second half of the derived key (the npm package `scrypt-kdf`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from typing import Final

MAGIC: Final = b"scrypt"
BEGINS: Final = "c2NyeXB0"  # MAGIC in base64
HEAD: Final = struct.Struct(">6sBBII32s")
CHECKED: Final = HEAD.size  # bytes under the checksum
SIGNED: Final = 64  # bytes under the HMAC
SIZE: Final = 96
MOST_MEMORY: Final = 512 * 1024 * 1024
SPARE: Final = 1024 * 1024  # OpenSSL counts a little more than the algorithm's own memory
LOG_N, R, P = 15, 8, 1  # what Medusa hashes with


class ScryptKdf:
    """A hasher of pwdlib that reads this format; it writes it too, so that its cost can be spent for nobody."""

    @classmethod
    def identify(cls, hash: str | bytes) -> bool:  # noqa: A002 - pwdlib's name
        """Tell whether `hash` is of this format."""
        return (hash if isinstance(hash, str) else hash.decode("ascii", "replace")).startswith(BEGINS)

    def hash(self, password: str | bytes, *, salt: bytes | None = None, log_n: int = LOG_N) -> str:
        """Return the hash of `password` with 2 ** `log_n` rounds."""
        head = HEAD.pack(MAGIC, 0, log_n, R, P, salt or os.urandom(32))
        head += _checksum(head)
        return base64.b64encode(head + _signature(password, head)).decode()

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - pwdlib's name
        """Tell whether `password` is the one; a damaged hash, or one that needs over 512 MiB, is nobody's."""
        try:
            raw = base64.b64decode(hash, validate=True)
        except binascii.Error:
            return False
        if len(raw) != SIZE or not hmac.compare_digest(_checksum(raw[:CHECKED]), raw[CHECKED:SIGNED]):
            return False
        _, version, log_n, r, p, _ = HEAD.unpack(raw[:CHECKED])
        is_sane = version == 0 and 0 < log_n < MOST_MEMORY.bit_length() and r > 0 and p > 0
        if not is_sane or _memory(log_n, r, p) > MOST_MEMORY:
            return False
        return hmac.compare_digest(_signature(password, raw[:SIGNED]), raw[SIGNED:])

    def check_needs_rehash(self, hash: str | bytes) -> bool:  # noqa: A002, ARG002 - pwdlib's signature
        """Tell that every hash of this format is to become one of ours."""
        return True


def _checksum(head: bytes) -> bytes:
    return hashlib.sha256(head).digest()[: SIGNED - CHECKED]


def _signature(password: str | bytes, head: bytes) -> bytes:
    """Return the HMAC over `head`, whose parameters say how its key is derived from the password."""
    _, _, log_n, r, p, salt = HEAD.unpack(head[:CHECKED])
    secret = password.encode() if isinstance(password, str) else password
    derived = hashlib.scrypt(secret, salt=salt, n=1 << log_n, r=r, p=p, maxmem=_memory(log_n, r, p) + SPARE, dklen=64)
    return hmac.new(derived[32:], head, hashlib.sha256).digest()


def _memory(log_n: int, r: int, p: int) -> int:
    return 128 * r * (p + (1 << log_n))
