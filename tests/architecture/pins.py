"""Rewrite or check the pins: `uv run python tests/architecture/pins.py [--write]`.

`[tool.uv] constraint-dependencies` in pyproject.toml pins what a newcomer's first `uv run` installs;
`requirements.lock` (versions and hashes) pins the image. Both come from one resolution and name no address.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
PYPROJECT = ROOT / "pyproject.toml"
BLOCK = re.compile(r"constraint-dependencies = \[\n(.*?)\]\n", re.DOTALL)


def export(*options: str) -> str:
    command = ["uv", "export", "--quiet", "--no-emit-project", "--no-header", "--no-annotate", *options]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def exact(exported: str) -> list[str]:
    return sorted(
        {line.split(" ", 1)[0] for line in exported.splitlines() if "==" in line and not line.startswith(" ")}
    )


def pinned_in_pyproject() -> list[str]:
    found = BLOCK.search(PYPROJECT.read_text())
    return sorted(re.findall(r'"([^"]+)"', found.group(1))) if found else []


def pinned_in_lock() -> list[str]:
    return exact(LOCK.read_text()) if LOCK.exists() else []


def write() -> None:
    text = BLOCK.sub("", PYPROJECT.read_text())
    PYPROJECT.write_text(text)
    subprocess.run(["uv", "lock", "--quiet", "--upgrade"], cwd=ROOT, check=True)
    pins = exact(export("--all-groups", "--no-hashes"))
    block = "constraint-dependencies = [\n" + "".join(f'    "{pin}",\n' for pin in pins) + "]\n"
    PYPROJECT.write_text(text.replace("[tool.uv]\n", "[tool.uv]\n" + block, 1))
    subprocess.run(["uv", "lock", "--quiet"], cwd=ROOT, check=True)
    LOCK.write_text(export("--no-dev", "--all-extras"))


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        write()
    else:
        sys.stdout.write("\n".join(pinned_in_pyproject()) + "\n")
