"""Every table of Euryale: imported for its effect on the metadata that migrations and tests compare."""

from __future__ import annotations

import importlib
import pkgutil

import commerce
from kit import idempotency, outbox, throttle
from kit.tables import Base

for module in pkgutil.walk_packages(commerce.__path__, "commerce."):
    if module.name.rpartition(".")[2] in {"models", "lines", "taxonomy", "inbox"}:
        importlib.import_module(module.name)

__all__ = ["Base", "idempotency", "outbox", "throttle"]
