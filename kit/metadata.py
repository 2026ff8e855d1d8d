"""The free `metadata` object that most entities carry (contract section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(stored: Mapping[str, Any] | None, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what an update leaves: merged key by key, an empty string removes its key, null removes everything."""
    if given is None:
        return None
    return {key: value for key, value in {**(stored or {}), **given}.items() if value != ""}
