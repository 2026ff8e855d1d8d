"""Files in one flat folder: a file appears under its name only when all of it is on the disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import structlog

from commerce.file.rules import is_name
from kit.errors import unavailable

log = structlog.get_logger(__name__)

UPLOADS: Final = "/admin/uploads"
PART: Final = ".part-"  # a name that is never served; one that a crash left behind may be deleted
READABLE: Final = 0o644  # by another web server over the folder, too


class LocalFiles:
    """Meets commerce/file/port.py; `url` is where the folder is served.

    A file's address is all that its reader needs: the id in its name cannot be guessed.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url

    async def upload(self, name: str, content: BinaryIO) -> str:
        """Write the file beside its place, and move it there once the disk has it."""
        path = self._path(name)
        if path is None:
            raise ValueError(f"{name!r} is no name of a file")
        await asyncio.to_thread(self._write, path, content)
        return f"{self._url}/{name}"

    async def delete(self, name: str) -> None:
        """Remove the file."""
        path = self._path(name)
        if path is not None:
            await asyncio.to_thread(self._remove, path)

    async def presigned_upload(self, name: str) -> str:  # noqa: ARG002 - the API takes any file, and names it itself
        """Return the API's own route."""
        return UPLOADS

    async def presigned_download(self, name: str) -> str | None:
        """Return the file's address, which does not change."""
        path = self._path(name)
        return f"{self._url}/{name}" if path is not None and await asyncio.to_thread(path.is_file) else None

    def _path(self, name: str) -> Path | None:
        return self._folder / name if is_name(name) else None

    def _write(self, path: Path, content: BinaryIO) -> None:
        with _disk(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(prefix=PART, dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    content.seek(0)
                    shutil.copyfileobj(content, file)
                    file.flush()
                    os.fchmod(file.fileno(), READABLE)
                    os.fsync(file.fileno())
                Path(part).replace(path)
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
            self._sync_folder()

    def _remove(self, path: Path) -> None:
        with _disk(path):
            path.unlink(missing_ok=True)
            if self._folder.is_dir():
                self._sync_folder()

    def _sync_folder(self) -> None:
        """Let the folder's entries survive a loss of power, as the file's bytes do."""
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Say that the disk failed, in the log why: a full disk is ours to mend, not the caller's."""
    try:
        yield
    except OSError as error:
        log.exception("the disk failed", file=path.name)
        raise unavailable("The disk that keeps files does not work now. Try again later.", retry_after=30) from error
