"""Pure rules of the product module (contract sections 1 and 22)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

_HANDLE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def handle_of(title: str) -> str:
    """Return the handle that a title makes: `Summer 26` -> `summer-26`, `Tee - Black` -> `tee-black`."""
    plain = "".join(c for c in unicodedata.normalize("NFD", title) if not unicodedata.combining(c))
    dashed = re.sub(r"[\s_]+", "-", re.sub(r"([a-z])([A-Z])", r"\1-\2", plain))
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9-]", "", dashed.lower())).strip("-")


def handle_for(title: str, id_: str) -> str:
    """Return the handle of a title, or one of the id where the title has no letter that a handle may have."""
    return handle_of(title) or id_.lower().replace("_", "-")


def is_handle(handle: str) -> bool:
    """Tell whether a handle is made of URL safe characters only."""
    return _HANDLE.fullmatch(handle) is not None


def missing_value(options: Mapping[str, Iterable[str]], chosen: Mapping[str, str]) -> str | None:
    """Return what is wrong with a variant's choice of option values, or None."""
    for title, value in chosen.items():
        if title not in options:
            return f"Option {title} does not exist"
        if value not in options[title]:
            return f"Option value {value} does not exist for option {title}"
    return None
