"""What a place that keeps files must do; a name is one of commerce/file/rules.py and is never used twice."""

from __future__ import annotations

from typing import BinaryIO, Protocol


class FileProvider(Protocol):
    """Keeps files by name and says at which address they are found."""

    async def upload(self, name: str, content: BinaryIO) -> str:
        """Keep what `content` holds from its beginning, wholly or not at all, and return its address.

        The same name again replaces, so that a repeated request leaves one file. Errors: `unavailable`.
        """
        ...

    async def delete(self, name: str) -> None:
        """Take a file away, if it is there."""
        ...

    async def presigned_upload(self, name: str) -> str:
        """Return the address, absolute or of this API, to which a client may bring the file itself."""
        ...

    async def presigned_download(self, name: str) -> str | None:
        """Return the address at which the file can be fetched now, or None when there is no such file."""
        ...
