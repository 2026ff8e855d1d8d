"""The pins agree with each other and with what is installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from pathlib import Path

spec = importlib.util.spec_from_file_location("pins", Path(__file__).with_name("pins.py"))
assert spec is not None
assert spec.loader is not None
pins = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pins)

ADVICE = "run: uv run python tests/architecture/pins.py --write"


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_of_the_image_is_part_of_what_pyproject_pins() -> None:
    assert set(pins.pinned_in_lock()) <= set(pins.pinned_in_pyproject()), ADVICE


def test_what_is_installed_is_what_is_pinned() -> None:
    pinned = dict(pin.split("==") for pin in pins.pinned_in_pyproject())
    installed = {canonical(d.name): d.version for d in importlib.metadata.distributions()}
    differing = {n: (v, pinned[n]) for n, v in installed.items() if n in pinned and pinned[n] != v}
    unpinned = set(installed) - {canonical(n) for n in pinned} - {"euryale", "pip", "setuptools", "wheel", "uv"}
    assert not differing, f"{differing}; {ADVICE}"
    assert not unpinned, f"{unpinned}; {ADVICE}"


def test_no_committed_pin_names_an_address() -> None:
    for file in (pins.LOCK, pins.PYPROJECT):
        assert "://" not in "".join(line for line in file.read_text().splitlines(keepends=True) if "==" in line)
