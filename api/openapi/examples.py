"""Recorded requests and answers, one of each route; tests/contract/examples.py writes the file and keeps it true."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Return "post /admin/regions" -> {"status", "request", "response"}; a route that was not recorded has none.

    With "schema" where what was recorded is not what the route's doors would answer.
    """
    text = files("api.openapi").joinpath("examples.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found
