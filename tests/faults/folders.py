"""The folder of one shop: on a disk, gone when the shop is, and cleared away later when its tests were killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path("/var/tmp")  # noqa: S108 - a disk, where what is to survive a kill belongs; mkdtemp makes the folder ours
PREFIX = "euryale-shop-"
KEPT = "kept"


@contextmanager
def shop_folder() -> Iterator[Path]:
    """Yield a new folder that others see as in use until the block ends; it stays when `keep` was called on it."""
    _clear_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=HOME))
    folder.chmod(0o755)  # PostgreSQL runs as another account when we are root
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            if not (folder / KEPT).exists():
                shutil.rmtree(folder, ignore_errors=True)


def keep(folder: Path) -> None:
    """Keep a folder for whoever wants to look at it."""
    (folder / KEPT).touch()


def _clear_abandoned() -> None:
    for folder in HOME.glob(f"{PREFIX}*"):
        if folder.stat().st_uid == os.geteuid() and not (folder / KEPT).exists() and _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    try:
        with (folder / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:  # held by a living run, or not made yet
        return False
