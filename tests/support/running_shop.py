"""A whole shop in this process: the API on a real port, and the worker beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from api.app import create_app
from kit.settings import Settings
from worker import work


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[str]:
    """Yield the address of an API whose workflows are worked on; everything is over when the block ends."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_config=None, lifespan="on")
    )
    stop = asyncio.Event()
    serving = asyncio.create_task(server._serve())
    working = asyncio.create_task(work(settings, stop))
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag alone
            await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        stop.set()
        server.should_exit = True
        await asyncio.gather(serving, working)
