"""One newer Python than the one we develop on runs the pure tests, in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEWER = ("3.13", "3.12")


def candidates() -> Iterator[str]:
    for version in NEWER:
        yield from filter(None, [shutil.which(f"python{version}")])
        managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        yield from map(str, sorted(managed.glob(f"{version}.*/bin/python")))


def runs(python: str) -> bool:
    asked = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 12))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.timeout(600)
def test_a_newer_python_runs_the_pure_tests() -> None:
    if sys.version_info >= (3, 12):
        return  # this very run is the proof
    newer = next(filter(runs, candidates()), None)
    if newer is None:
        pytest.skip(f"no Python of {', '.join(NEWER)} is installed here")
    command = ["uv", "run", "--isolated", "--python", newer, "pytest", "-q", "-p", "no:cacheprovider", "tests/unit"]
    plain = {name: text for name, text in os.environ.items() if not name.startswith(("PYTEST_", "VIRTUAL_ENV"))}
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
