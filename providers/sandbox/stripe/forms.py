"""Form bodies as Stripe reads them: `a[b][0]=x` is nested, and everything is text."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from providers.sandbox.stripe.problems import Json, invalid


def read(text: str) -> Json:
    """Return a form's or a query's parameters."""
    found: Json = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        *parents, last = re.findall(r"[^\[\]]+|\[\]", key)
        there = found
        for part in parents:
            there = there.setdefault(part, {})
        there[last if last != "[]" else str(len(there))] = value
    return found


def listed(given: Any) -> list[str]:  # noqa: ANN401 - what a form may have
    """Return a list that a form spells as `a[0]=x&a[1]=y`."""
    return [str(part) for part in given.values()] if isinstance(given, dict) else []


def flag(given: object) -> bool:
    """Return a boolean."""
    return str(given) == "true"


def whole(given: object, name: str) -> int:
    """Return a whole number that is not negative."""
    if not re.fullmatch(r"\d+", str(given)):
        raise invalid(f"Invalid integer: {given}", "parameter_invalid_integer", name)
    return int(str(given))
