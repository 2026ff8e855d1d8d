"""The contract's own judge and replayer, imported as they were made: what is equal is decided there alone."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

CONTRACT = Path(__file__).resolve().parents[1] / "data" / "contract"
EXAMPLES = CONTRACT / "examples"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, CONTRACT / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # replay.py imports the judge by this name
    spec.loader.exec_module(module)
    return module


judge = _load("judge")
replay = _load("replay")
