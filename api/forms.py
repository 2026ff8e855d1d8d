"""Files that a form brings (`multipart/form-data`), read within bounds and to the disk, never whole into memory."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from fastapi import Request
from starlette.datastructures import UploadFile

from commerce.file.rules import HEAD
from kit.errors import CommerceError

MOST_FILES: Final = 100
MOST_FIELDS: Final = 20
LONGEST_FIELD: Final = 10_000  # of what is no file, which nothing reads
CHUNK: Final = 1024 * 1024


@dataclass(frozen=True)
class FormFile:
    """One file of a form: what its sender calls it and says it is, its first bytes, all of it."""

    name: str
    mime_type: str
    head: bytes
    content: BinaryIO

    def fed_to(self, digest: hashlib._Hash) -> None:
        """Add name, type and content to `digest`."""
        digest.update(f"{self.name}\n{self.mime_type}\n{self.content.seek(0, 2)}\n".encode())
        self.content.seek(0)
        while chunk := self.content.read(CHUNK):
            digest.update(chunk)


@asynccontextmanager
async def form_files(request: Request, field: str, largest: int) -> AsyncIterator[list[FormFile]]:
    """Yield the files that a form brings as `field`, none when the body is no form; they are gone afterwards.

    The whole body is bounded by api/bounds.py. Errors: `payload_too_large` for a file of more than `largest` bytes,
    `invalid_data` for a body that is no form, or has too many parts.
    """
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD) as form:
        parts = [part for part in form.getlist(field) if isinstance(part, UploadFile) and part.filename]
        for part in parts:
            if (part.size or 0) > largest:
                raise CommerceError("payload_too_large", f"{_name(part)} is larger than {largest} bytes.")
        yield [await _read(part) for part in parts]


async def fingerprint(files: Sequence[FormFile]) -> bytes:
    """Return what tells these files from others, for an `Idempotency-Key`."""

    def digest() -> bytes:
        made = hashlib.sha256()
        for file in files:
            file.fed_to(made)
        return made.digest()

    return await asyncio.to_thread(digest)


async def _read(part: UploadFile) -> FormFile:
    head = await part.read(HEAD)
    return FormFile(_name(part), part.content_type or "", head, part.file)


def _name(part: UploadFile) -> str:
    """Return the sender's name of a file as text that can be shown and stored."""
    return "".join(character for character in part.filename or "" if character.isprintable())[:200]
