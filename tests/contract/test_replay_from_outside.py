"""The contract's replay.py against `euryale dev --no-seed --recording`, as its README says: our runner agrees."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.contract.demands import read_floor
from tests.contract.reference import CONTRACT
from tests.support.shop import DevShop

FILES = ("admin_regions", "errors", "auth")  # the last needs a token that only events.jsonl has


@pytest.fixture
def shop() -> Iterator[DevShop]:
    with TemporaryDirectory(prefix="euryale-recording-") as folder:
        Path(folder).chmod(0o711)  # as root, PostgreSQL runs as an account that has to pass through
        made = DevShop(Path(folder))
        made.start("--no-seed", "--recording")
        yield made
        made.end(signal.SIGTERM)


def replay(shop: DevShop, facts: dict[str, Any], *files: str) -> dict[str, str]:
    """Return "file/entry" -> verdict."""
    out = shop.folder / "verdicts.json"
    options = {
        "--base-url": facts["api_url"],
        "--admin": f"{facts['admin_email']}:{facts['admin_password']}",
        "--events": str(shop.data / "events.jsonl"),
        "--json": str(out),
    }
    told = [part for option in options.items() for part in option]
    command = [sys.executable, "replay.py", *told, "--quiet", "--only", *files]
    ran = subprocess.run(command, cwd=CONTRACT, capture_output=True, text=True, check=False)
    assert out.exists(), ran.stderr
    return {f"{Path(v['file']).stem}/{v['entry']}": v["verdict"] for v in json.loads(out.read_text())["entries"]}


def test_replay_finds_equal_what_our_floor_demands(shop: DevShop) -> None:
    verdicts = replay(shop, shop.facts(), *FILES)
    demanded = {f"{file}/{entry}" for file in FILES for entry in read_floor()[file]}
    assert {name: verdicts[name] for name in demanded} == dict.fromkeys(demanded, "equal")
