"""The sequence of `euryale dev`: take the folder, run the shop until a signal, stop it."""

from __future__ import annotations

import asyncio
import signal

from euryale.cli.dev.folder import Folder
from euryale.cli.dev.screen import Screen
from euryale.cli.dev.shop import Options, Shop
from kit.settings import Settings


def run(options: Options, settings: Settings, screen: Screen) -> None:
    """Run the shop until Ctrl-C or SIGTERM. StartError when it cannot start."""
    folder = Folder(options.data_dir)
    with folder.owned(reset=options.reset):
        asyncio.run(_until_stopped(Shop(options, settings, folder, screen)))


async def _until_stopped(shop: Shop) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _on_signal, stop, shop)
    life = asyncio.create_task(shop.live())
    asked = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({life, asked}, return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            life.result()
    finally:
        life.cancel()
        asked.cancel()
        await asyncio.wait({life})
        await shop.close()


def _on_signal(stop: asyncio.Event, shop: Shop) -> None:
    if stop.is_set():  # the second Ctrl-C
        shop.supervisor.kill()
    stop.set()
