"""The cheapest HTTP client there is: a benchmark of a few milliseconds must not spend them itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

END = b"\r\n\r\n"
AWAY = (OSError, asyncio.IncompleteReadError)
"""What a post raises when the server went away before it answered."""


def posted(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return a POST as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items())]).encode() + END + body


class Wire:
    """One connection that is kept; one request at a time."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname, address.port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, raw: bytes) -> int:
        """Send a request and return its status; one of AWAY when none came: the next one connects anew."""
        try:
            reader, writer = self._streams = self._streams or await asyncio.open_connection(self._host, self._port)
            writer.write(raw)
            head = await reader.readuntil(END)
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
        except AWAY:
            self.close()
            raise
        return int(head[9:12])

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@asynccontextmanager
async def wires(url: str, number: int) -> AsyncIterator[list[Wire]]:
    """Yield so many connections, and close them."""
    made = [Wire(url) for _ in range(number)]
    try:
        yield made
    finally:
        for wire in made:
            wire.close()
