"""How often something may be tried: settings, read without a database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

DOOR: Final = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,8}) ([1-9]\d{0,8})/([1-9]\d{0,8})")


@dataclass(frozen=True)
class Limit:
    """At most `attempts` at once; they come back evenly over `seconds`."""

    attempts: int
    seconds: int


@dataclass(frozen=True)
class Door:
    """What may be tried at one door: by all who call from one address, and for one identity from anywhere."""

    address: Limit
    identity: Limit


def door(given: object) -> Door:
    """Return what a setting such as `100/600 20/900` says: attempts/seconds of an address, then of an identity.

    Errors: ValueError for any other text.
    """
    if isinstance(given, Door):
        return given
    found = DOOR.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError("a door's limits are attempts/seconds for an address and for an identity: 100/600 20/900")
    a, b, c, d = map(int, found.groups())
    return Door(Limit(a, b), Limit(c, d))
